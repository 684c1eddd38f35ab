"""Which exports Visma.net HRM (NL) makes, and which of their columns are wanted, known or never read. Data only.

Sources: the connector that Tools4ever publishes (HelloID-Conn-Prov-Source-Visma.net-HRM-API) for paths, names of
answers, scopes and columns; omniboost/go-visma.net-hrm-payroll for all columns of employees, contracts and units. The
vendor's own page is https://api.analytics1.hrm.visma.net/docs/openapi.html.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from connectors._forbidden import forbidden

SCOPES = "hrmanalytics:nlhrm:"


class Export(StrEnum):
    """One export by the name that messages give it."""

    EMPLOYEES = "employees"
    CONTRACTS = "contracts"
    USERS = "users"
    UNITS = "organization units"
    COST_CENTERS = "cost centers"
    EMPLOYEE_FIELDS = "user-defined fields of employees"
    CONTRACT_FIELDS = "user-defined fields of contracts"


@dataclass(frozen=True, slots=True)
class Kind:
    """How one export is asked for."""

    path: str
    """Below `/v1/command/nl/hrm/`, and below `/v1/query/nl/hrm/` with the job's id behind it."""
    files: str
    """What the answer calls the addresses of its files."""
    scope: str


KINDS = {
    Export.EMPLOYEES: Kind("employees", "employeeFileUris", SCOPES + "exportemployees"),
    Export.CONTRACTS: Kind("contracts", "contractFileUris", SCOPES + "exportcontracts"),
    Export.USERS: Kind("users", "usersFileUris", SCOPES + "exportusers"),
    Export.UNITS: Kind("metadata/organization-units", "organizationUnitsFileUris", SCOPES + "exportorganizationunits"),
    Export.COST_CENTERS: Kind("metadata/cost-centers", "costCentersFileUris", SCOPES + "exportmetadata"),
    Export.EMPLOYEE_FIELDS: Kind(
        "employees/user-defined-field-histories", "employeeUdfHistoryFileUris", SCOPES + "exportemployees"
    ),
    Export.CONTRACT_FIELDS: Kind(
        "contracts/user-defined-field-histories", "contractUdfHistoryFileUris", SCOPES + "exportcontracts"
    ),
}

_EMPLOYEES = """
salutationid salutation initials firstname nickname nameusage_en nameusage namecode birthname prefixbirthname
formattedname dateofbirth gender nationality_en nationality corraddress_en corraddress titlebefore_en
titlebefore titleafter_en titleafter language_en language partnername prefixpartnername maritalstatusid
maritalstatus officialdate employeegroupid employeegroupname_en employeegroupname ismanager companyid
companyname boardnumber sicknessstreet sicknesshousenumber sicknesshousenumberext sicknesszipcode sicknesscity
sicknesscountry_en sicknesscountry postalstreet postalhousenumber postalhousenumberext postalzipcode postalcity
postalcountry_en postalcountry homestreet homehousenumber homehousenumberext homezipcode homecity
homecountry_en homecountry otheraddresses_en otheraddresses homeemailaddress businessemailaddress
homewebemailaddress businesswebemailaddress otheremailaddresses_en otheremailaddresses homephonenumber
officemobilephonenumber homefaxphonenumber privatemobilephonenumber officetelphonenumber officeextphonenumber
officefaxphonenumber secretaryphonenumber sicknessaddressphonenumber emergencyphonenumber otherphonenumbers_en
otherphonenumbers odporgid employeeid existencestartutc
"""
_CONTRACTS = """
startdate enddate probation contracttypeindication_en contracttypeindication_nl endreason endreasonname_en
endreasonname basesubcontractid cao externalcaocode type_en type costcenter_en costcenter orgunit
orgunitname_en orgunitname extdepartmentid extdepartmentname_en extdepartmentname emptype emptypename_en
emptypename expertiseid expertisename_en expertisename costunit_en costunit functionid functionname_en
functionname rosterid ptfactor weekhoursfixed weekhoursvar normalhours scaletype_en scaletype scale step
stepname garscaletype_en garscaletype garscale garstep garstepname catsscale catsscalename catsscaleid
catsrspfactor salaryhour garsalaryhour salaryhourort salaryhourtravel salaryhourextra salarytype distance
maxdistance dayspw tariffid tariffname_en tariffname publictransportregid publictransportregname_en
publictransportregname publictransportunits ispooler insurancetype insurancetypename_en insurancetypename
financesource financesourcename_en financesourcename odporgid employeeid contractid subcontractid
existencestartutc nickname birthname prefixbirthname formattedname dateofbirth gender manageruserid managername
"""
KNOWN = {Export.EMPLOYEES: frozenset(_EMPLOYEES.split()), Export.CONTRACTS: frozenset(_CONTRACTS.split())}
"""The columns that are known to be in an export, and so may be named in `fields=!…` without being refused."""

PAY_AND_HEALTH = (
    *(
        "salary",
        "scale",
        "garscale",
        "garstep",
        "cats",
        "tariff",
        "publictransport",
        "insurance",
        "financesource",
        "sickness",
    ),
    *("maxdistance", "distance", "step", "stepname", "maritalstatus"),
)
"""How columns begin that say what somebody earns or what makes up their pay, where they are ill, or with whom they
live; what any HR system must not tell is in `connectors._forbidden`.
"""

NAMES = {
    "givenName": "firstname",
    "nickName": "nickname",
    "initials": "initials",
    "prefix": "prefixbirthname",
    "surname": "birthname",
    "partnerPrefix": "prefixpartnername",
    "partnerSurname": "partnername",
    "gender": "gender",
    "email": "businessemailaddress",
}
"""Our name of a person's fact → the column of employees, taken as it is."""

PLACES = {
    "title": "functionname",
    "titleId": "functionid",
    "department": "orgunitname",
    "departmentId": "orgunit",
    "costCenter": "costcenter",
    "type": "type",
}
"""Our name of a contract's fact → the column of contracts, taken as it is."""

LIKENESS = ("initials", "gender", "dateofbirth", "placeofbirth", "birthname")
"""What two records of one human have in common, as Tools4ever's mapping joins them: all five, each exactly."""

PERSON = frozenset({"employeeId", "nameUsage", *NAMES})
CONTRACT = frozenset({"employer", "employerId", "hours", "fullTimeHours", "fte", *PLACES})
CANONICAL = PERSON | CONTRACT
OTHERS = frozenset({"manager", "departmentPath", "costCenterId", "recordId"})
"""Names that this connector may fill as well, or keeps for itself."""


def never(column: str) -> bool:
    """Whether a column may not be read, whatever the settings say."""
    return forbidden(column) or column.startswith(PAY_AND_HEALTH)


def left_out(export: Export, wanted: Iterable[str]) -> str:
    """The value of `fields` that asks for no more than `wanted`; "" where the columns of an export are not known."""
    rest = sorted(KNOWN.get(export, frozenset()) - set(wanted))
    return "!" + ",".join(rest) if rest else ""
