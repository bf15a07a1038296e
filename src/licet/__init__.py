"""licet: a face search engine in which nobody can be found without a live legal basis.

The same flows as the command line, typed::

    import licet

    app = licet.open_app(licet.Settings.read(home))
    found = licet.search_people(app, who, case, purpose, probe)

Everything is imported when it is first used, so ``import licet`` costs next to nothing.
The words and types are in :mod:`licet.terms`; errors are one tree, refusals are values.
"""

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from licet.app import App, open_app
    from licet.appearances import confirm_appearance, list_appearances, unconfirm_appearance
    from licet.backfill import backfill as backfill_grant
    from licet.collect import collect as collect_source
    from licet.deployment import FirstMember, Opened, Opening, open_deployment
    from licet.doctor import Diagnosis, examine
    from licet.effects.certifying import certificate
    from licet.effects.receipts import Receipted
    from licet.enrol import enrol as enrol_person
    from licet.evaluate.flow import evaluate as evaluate_folder
    from licet.evaluate.report import Report
    from licet.governance import (
        add_member,
        add_organisation,
        approve_case,
        close_case,
        end_member,
        open_case,
    )
    from licet.granting import ask_grant, confirm, confirm_on_paper, resend, withdraw
    from licet.ledger.findings import Verdict
    from licet.ledger.verify import verify_file
    from licet.ledger.verify_report import verify_report
    from licet.listing import (
        list_cases,
        list_grants,
        list_members,
        list_organisations,
        list_searches,
        list_sources,
        list_suggestions,
        show_grant,
        show_search,
    )
    from licet.papers import file_paper, list_papers
    from licet.preparing import prepare as prepare_deployment
    from licet.recovery import BackedUp, Restored, back_up, restore
    from licet.rectifying import correct as correct_person
    from licet.rectifying import unlink as unlink_appearance
    from licet.reporting import Reported
    from licet.reporting import report as make_report
    from licet.residing import add_transfer, end_transfer, list_places, list_transfers, state_place
    from licet.reviewing import close as close_search
    from licet.reviewing import review as review_candidate
    from licet.rights.answering import accept_identity, ask_identity, refuse_request
    from licet.rights.answering import answer_now as answer_request
    from licet.rights.answering import extend as extend_request
    from licet.rights.blocking import lift as lift_block
    from licet.rights.blocking import list_blocks
    from licet.rights.blocking import place as place_block
    from licet.rights.breaching import close as close_breach
    from licet.rights.breaching import confirm as confirm_breach
    from licet.rights.breaching import dismiss as dismiss_breach
    from licet.rights.breaching import list_breaches
    from licet.rights.breaching import report as report_breach
    from licet.rights.breaching import tell_authority as tell_authority_of_breach
    from licet.rights.breaching import tell_those_touched as tell_people_of_breach
    from licet.rights.corresponding import answer as answer_letter
    from licet.rights.corresponding import assign as assign_letter
    from licet.rights.corresponding import file_letter, list_letters
    from licet.rights.erase import erase
    from licet.rights.inbox import list_requests, show_request
    from licet.rights.intake import prove as prove_request
    from licet.rights.intake import receive as receive_request
    from licet.rights.ordering import close as close_order
    from licet.rights.ordering import confirm as confirm_order
    from licet.rights.ordering import register as register_order
    from licet.rights.ordering import sent as record_order_sent
    from licet.rights.proving import pack_of as pack_order
    from licet.rights.reckoning import reckon as reckon_orders
    from licet.rights.viewing import list_orders, show_order
    from licet.rights.viewing import preview as preview_order
    from licet.search import search as search_people
    from licet.settings import Settings
    from licet.show import Shown
    from licet.show import show as show_item
    from licet.sourcing import add_source, cease_source, release_source
    from licet.standing import release as release_grant
    from licet.standing import restrict as restrict_grant
    from licet.suggesting import accept as accept_suggestion
    from licet.suggesting import reject as reject_suggestion
    from licet.terms.acting import SUBJECT, WORKER, Who
    from licet.terms.clock import Clock
    from licet.terms.corresponding import LetterWish
    from licet.terms.errors import LicetError
    from licet.terms.order import OrderWish
    from licet.terms.permit import Block, By, Refusal
    from licet.terms.reporting import ReportKind, ReportWish
    from licet.unlinking import list_unlinked
    from licet.unlinking import never as never_suggest
    from licet.unlinking import relink as relink_face
    from licet.uploading import upload
    from licet.worker import Done
    from licet.worker import run as run_worker
    from licet.worker import run_once as run_worker_once

_HOMES = {
    "App": "licet.app:App",
    "BackedUp": "licet.recovery:BackedUp",
    "Block": "licet.terms.permit:Block",
    "By": "licet.terms.permit:By",
    "Clock": "licet.terms.clock:Clock",
    "Diagnosis": "licet.doctor:Diagnosis",
    "Done": "licet.worker:Done",
    "FirstMember": "licet.deployment:FirstMember",
    "LetterWish": "licet.terms.corresponding:LetterWish",
    "LicetError": "licet.terms.errors:LicetError",
    "Opened": "licet.deployment:Opened",
    "Opening": "licet.deployment:Opening",
    "OrderWish": "licet.terms.order:OrderWish",
    "Receipted": "licet.effects.receipts:Receipted",
    "Refusal": "licet.terms.permit:Refusal",
    "Report": "licet.evaluate.report:Report",
    "ReportKind": "licet.terms.reporting:ReportKind",
    "ReportWish": "licet.terms.reporting:ReportWish",
    "Reported": "licet.reporting:Reported",
    "Restored": "licet.recovery:Restored",
    "SUBJECT": "licet.terms.acting:SUBJECT",
    "Settings": "licet.settings:Settings",
    "Shown": "licet.show:Shown",
    "Verdict": "licet.ledger.findings:Verdict",
    "WORKER": "licet.terms.acting:WORKER",
    "Who": "licet.terms.acting:Who",
    "accept_identity": "licet.rights.answering:accept_identity",
    "accept_suggestion": "licet.suggesting:accept",
    "add_member": "licet.governance:add_member",
    "add_organisation": "licet.governance:add_organisation",
    "add_source": "licet.sourcing:add_source",
    "add_transfer": "licet.residing:add_transfer",
    "answer_letter": "licet.rights.corresponding:answer",
    "answer_request": "licet.rights.answering:answer_now",
    "approve_case": "licet.governance:approve_case",
    "ask_grant": "licet.granting:ask_grant",
    "ask_identity": "licet.rights.answering:ask_identity",
    "assign_letter": "licet.rights.corresponding:assign",
    "back_up": "licet.recovery:back_up",
    "backfill_grant": "licet.backfill:backfill",
    "cease_source": "licet.sourcing:cease_source",
    "certificate": "licet.effects.certifying:certificate",
    "close_breach": "licet.rights.breaching:close",
    "close_case": "licet.governance:close_case",
    "close_order": "licet.rights.ordering:close",
    "close_search": "licet.reviewing:close",
    "collect_source": "licet.collect:collect",
    "confirm": "licet.granting:confirm",
    "confirm_appearance": "licet.appearances:confirm_appearance",
    "confirm_breach": "licet.rights.breaching:confirm",
    "confirm_on_paper": "licet.granting:confirm_on_paper",
    "confirm_order": "licet.rights.ordering:confirm",
    "correct_person": "licet.rectifying:correct",
    "dismiss_breach": "licet.rights.breaching:dismiss",
    "end_member": "licet.governance:end_member",
    "end_transfer": "licet.residing:end_transfer",
    "enrol_person": "licet.enrol:enrol",
    "erase": "licet.rights.erase:erase",
    "evaluate_folder": "licet.evaluate.flow:evaluate",
    "examine": "licet.doctor:examine",
    "extend_request": "licet.rights.answering:extend",
    "file_letter": "licet.rights.corresponding:file_letter",
    "file_paper": "licet.papers:file_paper",
    "lift_block": "licet.rights.blocking:lift",
    "list_appearances": "licet.appearances:list_appearances",
    "list_blocks": "licet.rights.blocking:list_blocks",
    "list_breaches": "licet.rights.breaching:list_breaches",
    "list_cases": "licet.listing:list_cases",
    "list_grants": "licet.listing:list_grants",
    "list_letters": "licet.rights.corresponding:list_letters",
    "list_members": "licet.listing:list_members",
    "list_orders": "licet.rights.viewing:list_orders",
    "list_organisations": "licet.listing:list_organisations",
    "list_papers": "licet.papers:list_papers",
    "list_places": "licet.residing:list_places",
    "list_requests": "licet.rights.inbox:list_requests",
    "list_searches": "licet.listing:list_searches",
    "list_sources": "licet.listing:list_sources",
    "list_suggestions": "licet.listing:list_suggestions",
    "list_transfers": "licet.residing:list_transfers",
    "list_unlinked": "licet.unlinking:list_unlinked",
    "make_report": "licet.reporting:report",
    "never_suggest": "licet.unlinking:never",
    "open_app": "licet.app:open_app",
    "open_case": "licet.governance:open_case",
    "open_deployment": "licet.deployment:open_deployment",
    "pack_order": "licet.rights.proving:pack_of",
    "place_block": "licet.rights.blocking:place",
    "prepare_deployment": "licet.preparing:prepare",
    "preview_order": "licet.rights.viewing:preview",
    "prove_request": "licet.rights.intake:prove",
    "receive_request": "licet.rights.intake:receive",
    "reckon_orders": "licet.rights.reckoning:reckon",
    "record_order_sent": "licet.rights.ordering:sent",
    "refuse_request": "licet.rights.answering:refuse_request",
    "register_order": "licet.rights.ordering:register",
    "reject_suggestion": "licet.suggesting:reject",
    "release_grant": "licet.standing:release",
    "release_source": "licet.sourcing:release_source",
    "relink_face": "licet.unlinking:relink",
    "report_breach": "licet.rights.breaching:report",
    "resend": "licet.granting:resend",
    "restore": "licet.recovery:restore",
    "restrict_grant": "licet.standing:restrict",
    "review_candidate": "licet.reviewing:review",
    "run_worker": "licet.worker:run",
    "run_worker_once": "licet.worker:run_once",
    "search_people": "licet.search:search",
    "show_grant": "licet.listing:show_grant",
    "show_item": "licet.show:show",
    "show_order": "licet.rights.viewing:show_order",
    "show_request": "licet.rights.inbox:show_request",
    "show_search": "licet.listing:show_search",
    "state_place": "licet.residing:state_place",
    "tell_authority_of_breach": "licet.rights.breaching:tell_authority",
    "tell_people_of_breach": "licet.rights.breaching:tell_those_touched",
    "unconfirm_appearance": "licet.appearances:unconfirm_appearance",
    "unlink_appearance": "licet.rectifying:unlink",
    "upload": "licet.uploading:upload",
    "verify_file": "licet.ledger.verify:verify_file",
    "verify_report": "licet.ledger.verify_report:verify_report",
    "withdraw": "licet.granting:withdraw",
}
"""Where each public name lives: ``module:name``. Flows are named as what they do to what."""

__all__ = [
    "SUBJECT",
    "WORKER",
    "App",
    "BackedUp",
    "Block",
    "By",
    "Clock",
    "Diagnosis",
    "Done",
    "FirstMember",
    "LetterWish",
    "LicetError",
    "Opened",
    "Opening",
    "OrderWish",
    "Receipted",
    "Refusal",
    "Report",
    "ReportKind",
    "ReportWish",
    "Reported",
    "Restored",
    "Settings",
    "Shown",
    "Verdict",
    "Who",
    "__version__",
    "accept_identity",
    "accept_suggestion",
    "add_member",
    "add_organisation",
    "add_source",
    "add_transfer",
    "answer_letter",
    "answer_request",
    "approve_case",
    "ask_grant",
    "ask_identity",
    "assign_letter",
    "back_up",
    "backfill_grant",
    "cease_source",
    "certificate",
    "close_breach",
    "close_case",
    "close_order",
    "close_search",
    "collect_source",
    "confirm",
    "confirm_appearance",
    "confirm_breach",
    "confirm_on_paper",
    "confirm_order",
    "correct_person",
    "dismiss_breach",
    "end_member",
    "end_transfer",
    "enrol_person",
    "erase",
    "evaluate_folder",
    "examine",
    "extend_request",
    "file_letter",
    "file_paper",
    "lift_block",
    "list_appearances",
    "list_blocks",
    "list_breaches",
    "list_cases",
    "list_grants",
    "list_letters",
    "list_members",
    "list_orders",
    "list_organisations",
    "list_papers",
    "list_places",
    "list_requests",
    "list_searches",
    "list_sources",
    "list_suggestions",
    "list_transfers",
    "list_unlinked",
    "make_report",
    "never_suggest",
    "open_app",
    "open_case",
    "open_deployment",
    "pack_order",
    "place_block",
    "prepare_deployment",
    "preview_order",
    "prove_request",
    "receive_request",
    "reckon_orders",
    "record_order_sent",
    "refuse_request",
    "register_order",
    "reject_suggestion",
    "release_grant",
    "release_source",
    "relink_face",
    "report_breach",
    "resend",
    "restore",
    "restrict_grant",
    "review_candidate",
    "run_worker",
    "run_worker_once",
    "search_people",
    "show_grant",
    "show_item",
    "show_order",
    "show_request",
    "show_search",
    "state_place",
    "tell_authority_of_breach",
    "tell_people_of_breach",
    "unconfirm_appearance",
    "unlink_appearance",
    "upload",
    "verify_file",
    "verify_report",
    "withdraw",
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'licet' has no attribute {name!r}")
    module, _, attribute = home.partition(":")
    found = getattr(import_module(module), attribute)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
