"""Identifiers.

Every object has a random UUIDv4 in text form. Version 7 is not used because it
carries the moment of creation, which is personal data in a ledger that never
forgets (GDPR recital 26: singling out).
"""

from typing import NewType
from uuid import uuid4

OrganisationId = NewType("OrganisationId", str)
AgreementId = NewType("AgreementId", str)
MemberId = NewType("MemberId", str)
SubjectId = NewType("SubjectId", str)
GrantId = NewType("GrantId", str)
SourceId = NewType("SourceId", str)
AuthorityId = NewType("AuthorityId", str)
ItemId = NewType("ItemId", str)
FaceId = NewType("FaceId", str)
TemplateId = NewType("TemplateId", str)
SuggestionId = NewType("SuggestionId", str)
CaseId = NewType("CaseId", str)
SearchId = NewType("SearchId", str)
CandidateId = NewType("CandidateId", str)
PlanId = NewType("PlanId", str)
RunId = NewType("RunId", str)
BlockId = NewType("BlockId", str)
RequestId = NewType("RequestId", str)
HoldId = NewType("HoldId", str)
AccountId = NewType("AccountId", str)
OrderId = NewType("OrderId", str)
CorrespondenceId = NewType("CorrespondenceId", str)
BreachId = NewType("BreachId", str)
CanaryId = NewType("CanaryId", str)
FilingId = NewType("FilingId", str)
TransferId = NewType("TransferId", str)
AuditId = NewType("AuditId", str)
InvitationId = NewType("InvitationId", str)
PasskeyId = NewType("PasskeyId", str)
IdentityId = NewType("IdentityId", str)
SessionId = NewType("SessionId", str)
ApiKeyId = NewType("ApiKeyId", str)
CopyId = NewType("CopyId", str)
ActId = NewType("ActId", str)
QuestionId = NewType("QuestionId", str)
LinkId = NewType("LinkId", str)
KeyId = NewType("KeyId", str)
"""``<kind>:<object id>``, for example ``grant:6f1c...``: one data key per object."""

ModelId = NewType("ModelId", str)
"""``<name>@<first 8 hex digits of the file's SHA-256>``."""

PurposeId = NewType("PurposeId", str)
"""``<name>@<version>``, for example ``archive_rights_clearance@1``."""

Territory = NewType("Territory", str)
"""ISO 3166-1 alpha-2 code, upper case."""


def new_id() -> str:
    """Return a fresh random UUIDv4 in canonical text form."""
    return str(uuid4())
