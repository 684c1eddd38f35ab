"""The columns of each export, in their order.

*Verified*: those of employees, contracts and organization units, by a client that reads them
(omniboost/go-visma.net-hrm-payroll), and the ones of the others that Tools4ever's connector reads. *Assumed*:
`placeofbirth`, which Tools4ever's mapping reads and that client does not, `username`, and the order.
"""

_EMPLOYEES = """
salutationid salutation initials firstname nickname nameusage_en nameusage namecode birthname prefixbirthname
formattedname dateofbirth placeofbirth gender nationality_en nationality corraddress_en corraddress titlebefore_en
titlebefore titleafter_en titleafter language_en language partnername prefixpartnername maritalstatusid maritalstatus
officialdate employeegroupid employeegroupname_en employeegroupname ismanager companyid companyname boardnumber
sicknessstreet sicknesshousenumber sicknesshousenumberext sicknesszipcode sicknesscity sicknesscountry_en
sicknesscountry postalstreet postalhousenumber postalhousenumberext postalzipcode postalcity postalcountry_en
postalcountry homestreet homehousenumber homehousenumberext homezipcode homecity homecountry_en homecountry
otheraddresses_en otheraddresses homeemailaddress businessemailaddress homewebemailaddress businesswebemailaddress
otheremailaddresses_en otheremailaddresses homephonenumber officemobilephonenumber homefaxphonenumber
privatemobilephonenumber officetelphonenumber officeextphonenumber officefaxphonenumber secretaryphonenumber
sicknessaddressphonenumber emergencyphonenumber otherphonenumbers_en otherphonenumbers odporgid employeeid
existencestartutc
"""
_CONTRACTS = """
startdate enddate probation contracttypeindication_en contracttypeindication_nl endreason endreasonname_en
endreasonname basesubcontractid cao externalcaocode type_en type costcenter_en costcenter orgunit orgunitname_en
orgunitname extdepartmentid extdepartmentname_en extdepartmentname emptype emptypename_en emptypename expertiseid
expertisename_en expertisename costunit_en costunit functionid functionname_en functionname rosterid ptfactor
weekhoursfixed weekhoursvar normalhours scaletype_en scaletype scale step stepname garscaletype_en garscaletype
garscale garstep garstepname catsscale catsscalename catsscaleid catsrspfactor salaryhour garsalaryhour salaryhourort
salaryhourtravel salaryhourextra salarytype distance maxdistance dayspw tariffid tariffname_en tariffname
publictransportregid publictransportregname_en publictransportregname publictransportunits ispooler insurancetype
insurancetypename_en insurancetypename financesource financesourcename_en financesourcename odporgid employeeid
contractid subcontractid existencestartutc nickname birthname prefixbirthname formattedname dateofbirth gender
manageruserid managername
"""
_UNITS = """
odporgid publicid orgunitid orgunitparentid orgunittype orgreporttype manager manageruserid costcenter
costcentername_en costcentername orgdescription_en orgdescription orgname_en orgname extdepartmentid
extdepartmentname_en extdepartmentname existencestartutc startdate enddate
"""
EMPLOYEES, CONTRACTS, UNITS = _EMPLOYEES.split(), _CONTRACTS.split(), _UNITS.split()
USERS = ["userid", "username", "emailaddress", "employeeid"]
COST_CENTERS = ["costcenter", "costcentername_en", "costcentername"]
EMPLOYEE_FIELDS = ["employeeid", "fieldname", "listname", "value", "startdate", "enddate"]
CONTRACT_FIELDS = [
    "employeeid",
    "contractid",
    "subcontractid",
    "fieldname",
    "listname",
    "value",
    "startdate",
    "enddate",
]
