"""Why something waits, in one plain sentence for each reason: what happened, and what a person can do."""

from shared.errors import Reason

SENTENCES = {
    Reason.ACCOUNT_GONE: "the account was deleted by somebody else; end the contract in HR, or approve with --recreate",
    Reason.ADOPTION: "an account exists that seems to be theirs; compare the two, then allow it to be taken over",
    Reason.CONFLICT: "they would have two things that exclude each other; take one away, or correct HR or the policy",
    Reason.DISABLED_BY_OTHERS: "somebody else disabled the account; a yes opens it, once",
    Reason.DISPUTED: "more than one account, or one of somebody else, answers to this person; leave exactly one",
    Reason.DUPLICATE_ID: "HR gave one id to different records; none is used until each has an id of its own",
    Reason.DUPLICATE_VALUE: "somebody else in HR has a value that only one may have; correct it in one of the two",
    Reason.ENTITLEMENT: "somebody is to get what the policy gives only after a yes; whoever answers for it decides",
    Reason.INVALID_RECORD: "the record cannot be used as it stands in HR; correct it there",
    Reason.INVALID_VALUE: "a value does not fit the target; correct it in HR or shorten it in the policy",
    Reason.LIMIT: "more of this would happen than the policy allows at once; check who it is, then approve",
    Reason.MISSING_DATA: "something that is needed is missing in HR; fill it in there",
    Reason.NAMES_EXHAUSTED: "every name the policy offers is taken; add another candidate to the policy",
    Reason.NO_PROGRESS: "it was tried many times and never worked; look at the target, then run again",
    Reason.NO_SEAT: "no seat of this licence is left for them; buy or free one, and it is given by itself",
    Reason.OBSERVED: "the policy only observes this; enforce it when you are content",
    Reason.PROTECTED: "the account may be changed by a person only; do by hand what is needed",
    Reason.RENAME: "their name changed in HR; allow it, and they sign in and are mailed under a new name",
    Reason.REVALIDATION: "somebody who is not in HR ends soon; a yes lets them stay, without one their account ends",
    Reason.SAME_HUMAN: "HR may hold two records of this human; ask who they are, then say yes or no",
    Reason.REFUSED: "the target declined it; repair the cause there, and the next run tries again",
    Reason.TAKEN: "somebody else holds a value that must be unique; free it there or change the policy",
    Reason.VANISHED: "they are missing from HR without an end date; nothing is done until HR says why or you do",
}


def sentence(code: str) -> str:
    """ "" for a reason that another version of Joinly wrote."""
    return SENTENCES.get(Reason(code), "") if code in set(Reason) else ""
