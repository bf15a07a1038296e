"""Which function does which step of a plan that carries out orders."""

from licet.effects.carrying.letters import deliver_histories, tell_each
from licet.effects.carrying.looking import check_part_keys, check_part_unfindable, wipe_once
from licet.effects.carrying.people import (
    delete_rows,
    end_people,
    forget_seen,
    make_account_key,
    seal_account,
    shred_part,
    tell_of_order,
    wait_for_nobody,
)
from licet.effects.checking import scan_bytes
from licet.effects.erasing import forget_mirrored, turn_epoch
from licet.effects.plans import InUnit, Step
from licet.terms.plan import EffectKind

ORDER_OUTSIDE: dict[EffectKind, Step] = {
    EffectKind.DELIVER_HISTORY: deliver_histories,
    EffectKind.SEAL_ACCOUNT: make_account_key,
    EffectKind.FORGET_ITEMS: wait_for_nobody,
    EffectKind.DELETE_ROWS: wait_for_nobody,
    EffectKind.SHRED_KEYS: shred_part,
    EffectKind.CHECK_UNFINDABLE: check_part_unfindable,
    EffectKind.TURN_EPOCH: turn_epoch,
    EffectKind.CHECK_KEYS: check_part_keys,
    EffectKind.CHECK_BYTES: wipe_once,
    EffectKind.SCAN_BYTES: scan_bytes,
    EffectKind.DELIVER_CERTIFICATE: tell_each,
    EffectKind.FORGET_PLAN: forget_mirrored,
}
ORDER_INSIDE: dict[EffectKind, InUnit] = {
    EffectKind.SEAL_ACCOUNT: seal_account,
    EffectKind.TELL_RECIPIENTS: tell_of_order,
    EffectKind.FORGET_ITEMS: forget_seen,
    EffectKind.DELETE_ROWS: delete_rows,
    EffectKind.END_GRANTS: end_people,
}
