"""What is sealed opens for whom it should, where it should, and for nobody else."""

import gc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign import keyfiles, sealing
from campaign.sealing import CannotOpen, Context, Keyring, Sealer, Vault

ADA = b'{"email": "ada@example.org", "name": "Ada"}'
HERE = Context("contact", 7, "rsvp-1")
ELSEWHERE = [
    Context("letter", 7, "rsvp-1"),
    Context("contact", 8, "rsvp-1"),
    Context("contact", None, "rsvp-1"),
    Context("contact", 7, "rsvp-2"),
    Context("contact", 7, ""),
    Context("contac", None, "t7rsvp-1"),
    Context("contact7", None, "rsvp-1"),
]
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
contexts = st.builds(Context, names, st.none() | st.integers(0, 2**63), names)


@pytest.fixture(scope="module")
def keys_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("installation") / "keys"
    keyfiles.make(folder)
    return folder


@pytest.fixture(scope="module")
def sealer(keys_dir):
    return Sealer(keys_dir)


@pytest.fixture(scope="module")
def keyring(keys_dir):
    return Keyring(keys_dir)


@pytest.fixture(scope="module")
def vault(keyring):
    made, _, _ = keyring.new_vault(7)
    return made


@given(plain=st.binary(max_size=1500), context=contexts)
@settings(deadline=None)
def test_the_worker_reads_what_the_web_process_sealed(sealer, keyring, plain, context):
    assert keyring.open(sealer.seal(plain, context), context) == plain


@given(plain=st.binary(max_size=1500), context=contexts)
@settings(deadline=None)
def test_a_vault_gives_back_what_was_put_in(vault, plain, context):
    assert vault.open(vault.seal(plain, context), context) == plain


@given(one=contexts, other=contexts)
def test_two_contexts_never_look_the_same(one, other):
    assert (one.under(b"h") == other.under(b"h")) == (one == other)


@pytest.mark.parametrize("elsewhere", ELSEWHERE, ids=repr)
def test_a_blob_opens_only_in_its_own_context(sealer, keyring, vault, elsewhere):
    with pytest.raises(CannotOpen):
        keyring.open(sealer.seal(ADA, HERE), elsewhere)
    with pytest.raises(CannotOpen):
        vault.open(vault.seal(ADA, HERE), elsewhere)


def test_a_box_with_any_octet_changed_does_not_open(sealer, keyring):
    box = sealer.seal(ADA, HERE)

    opened = [at for at in range(len(box)) if _opens(lambda bad: keyring.open(bad, HERE), _changed(box, at))]

    assert opened == []


def test_a_vault_blob_or_a_wrapped_key_with_any_octet_changed_does_not_open(keyring):
    vault, _, wrapped = keyring.new_vault(7)
    blob = vault.seal(ADA, HERE)

    opened = [at for at in range(len(blob)) if _opens(lambda bad: vault.open(bad, HERE), _changed(blob, at))]
    unwrapped = [at for at in range(len(wrapped)) if _opens(lambda bad: keyring.vault(bad, 7), _changed(wrapped, at))]

    assert (opened, unwrapped) == ([], [])


def test_a_blob_cut_short_or_lengthened_does_not_open(sealer, keyring, vault):
    box, blob = sealer.seal(ADA, HERE), vault.seal(ADA, HERE)
    _, _, wrapped = keyring.new_vault(7)

    for length in (0, 1, 4, 5, 16, 17, 33, len(blob) - 1, 1124, len(box) - 1):
        assert not _opens(lambda bad: keyring.open(bad, HERE), box[:length])
        assert not _opens(lambda bad: vault.open(bad, HERE), blob[: min(length, len(blob) - 1)])
        assert not _opens(lambda bad: keyring.vault(bad, 7), wrapped[: min(length, len(wrapped) - 1)])
    assert not _opens(lambda bad: keyring.open(bad, HERE), box + b"\0")
    assert not _opens(lambda bad: vault.open(bad, HERE), blob + b"\0")


@given(noise=st.binary(max_size=2000))
@settings(deadline=None)
def test_noise_does_not_open(keyring, vault, noise):
    assert not _opens(lambda bad: keyring.open(bad, HERE), noise)
    assert not _opens(lambda bad: vault.open(bad, HERE), noise)
    assert not _opens(lambda bad: keyring.vault(bad, 7), noise)


def test_one_kind_of_blob_does_not_pass_for_another(sealer, keyring, vault):
    _, _, wrapped = keyring.new_vault(7)

    assert not _opens(lambda bad: keyring.open(bad, HERE), vault.seal(ADA, HERE))
    assert not _opens(lambda bad: vault.open(bad, HERE), sealer.seal(ADA, HERE))
    assert not _opens(lambda bad: vault.open(bad, Context("key", 7, "")), wrapped)


def test_an_action_s_key_opens_its_own_vault_only(keyring):
    mine, epoch, wrapped = keyring.new_vault(7)
    noise, _, _ = keyring.new_vault(8)
    blob = mine.seal(ADA, HERE)

    assert keyring.vault(wrapped, 7).open(blob, HERE) == ADA
    assert epoch == 1
    assert not _opens(lambda blob: noise.open(blob, HERE), blob)
    assert not _opens(lambda wrapped: keyring.vault(wrapped, 8), wrapped)


def test_another_installation_s_worker_opens_nothing(sealer, keyring, tmp_path):
    keyfiles.make(tmp_path / "keys")
    stranger = Keyring(tmp_path / "keys")
    _, _, wrapped = keyring.new_vault(7)

    assert not _opens(lambda box: stranger.open(box, HERE), sealer.seal(ADA, HERE))
    assert not _opens(lambda wrapped: stranger.vault(wrapped, 7), wrapped)


def test_sealing_the_same_twice_gives_two_blobs_with_nothing_in_common(sealer, vault):
    box, again = sealer.seal(ADA, HERE), sealer.seal(ADA, HERE)
    blob, once_more = vault.seal(ADA, HERE), vault.seal(ADA, HERE)

    assert box[5:37] != again[5:37]
    assert box[-32:] != again[-32:]
    assert blob[5:17] != once_more[5:17]
    assert ADA not in box + blob


def test_the_length_of_a_blob_does_not_tell_the_length_of_an_address(sealer, vault):
    short, long = b"a@b.ca", b"a" * 64 + b"@" + b"b" * 189

    assert len(sealer.seal(short, HERE)) == len(sealer.seal(long, HERE))
    assert len(vault.seal(short, HERE)) == len(vault.seal(long, HERE))


def test_every_blob_begins_with_its_version_and_the_id_of_its_key(sealer, keyring, vault):
    box, blob = sealer.seal(ADA, HERE), vault.seal(ADA, HERE)
    _, _, wrapped = keyring.new_vault(7)

    assert box[:5].hex() == "0100000001"
    assert wrapped[:5].hex() == "0300000001"
    assert blob[:1] == b"\x02"
    assert blob[1:5] == vault.seal(b"", HERE)[1:5]


def test_the_blind_index_is_16_octets_the_same_within_an_action_and_another_in_the_next(keyring):
    mine, _, wrapped = keyring.new_vault(7)
    noise, _, _ = keyring.new_vault(8)

    assert mine.index("ada@example.org") == keyring.vault(wrapped, 7).index("ada@example.org")
    assert len(mine.index("ada@example.org")) == 16
    assert mine.index("ada@example.org") != mine.index("eve@example.org")
    assert mine.index("ada@example.org") != noise.index("ada@example.org")


def test_the_web_process_starts_without_the_worker_s_keys_and_never_asks_for_them(keys_dir, tmp_path):
    machine = tmp_path / "keys"
    (machine / "web").mkdir(mode=0o700, parents=True)
    for public in (keys_dir / "web").iterdir():
        (machine / "web" / public.name).write_bytes(public.read_bytes())
        (machine / "web" / public.name).chmod(0o600)

    box = Sealer(machine).seal(ADA, HERE)

    assert Keyring(keys_dir).open(box, HERE) == ADA
    with pytest.raises(keyfiles.KeysUnusable):
        Keyring(machine)


def test_nothing_that_the_web_process_holds_can_open_a_box(sealer):
    held = _all_that_hangs_on(sealer)

    kinds = {type(thing).__name__ for thing in held}
    assert "MLKEM768X25519PublicKey" in kinds
    assert not {kind for kind in kinds if "Private" in kind or kind in {"Keyring", "Vault", "AESGCM"}}
    assert not hasattr(sealer, "open")


def test_a_worker_looks_once_more_for_a_key_that_another_has_just_made(keys_dir, tmp_path):
    mine = tmp_path / "keys"
    keyfiles.make(mine)
    early = Keyring(mine)
    _renew(mine)

    late, epoch, wrapped = Keyring(mine).new_vault(7)
    box = Sealer(mine).seal(ADA, HERE)

    assert (epoch, box[:5].hex(), wrapped[:5].hex()) == (2, "0100000002", "0300000002")
    assert early.open(box, HERE) == ADA
    assert early.vault(wrapped, 7).open(late.seal(ADA, HERE), HERE) == ADA


def test_what_was_sealed_before_a_renewal_opens_until_its_key_is_destroyed(tmp_path):
    mine = tmp_path / "keys"
    keyfiles.make(mine)
    old_box = Sealer(mine).seal(ADA, HERE)
    _, _, old_wrapped = Keyring(mine).new_vault(7)
    _renew(mine)
    keyring = Keyring(mine)

    assert keyring.open(old_box, HERE) == ADA
    keyring.vault(old_wrapped, 7)

    (mine / "worker" / "epoch-1.key").unlink()
    (mine / "worker" / "intake-1.key").unlink()
    after = Keyring(mine)
    assert not _opens(lambda box: after.open(box, HERE), old_box)
    assert not _opens(lambda wrapped: after.vault(wrapped, 7), old_wrapped)


def test_a_second_look_that_finds_no_keys_says_so_rather_than_call_the_box_bad(tmp_path, sealer):
    keyfiles.make(tmp_path / "keys")
    keyring = Keyring(tmp_path / "keys")
    for key in (tmp_path / "keys" / "worker").iterdir():
        key.unlink()

    with pytest.raises(keyfiles.KeysUnusable):
        keyring.open(sealer.seal(ADA, HERE), HERE)


def test_no_error_and_no_description_shows_a_secret_or_what_was_sealed(sealer, keyring):
    vault = Vault(b"s3cret" + b"." * 26)

    with pytest.raises(CannotOpen) as refused:
        keyring.open(sealer.seal(ADA, HERE), ELSEWHERE[0])

    assert str(refused.value) == ""
    assert refused.value.__suppress_context__
    assert "s3cret" not in repr(vault) + repr(vars(vault))


def _changed(blob, at):
    return blob[:at] + bytes([blob[at] ^ 0x01]) + blob[at + 1 :]


def _opens(attempt, blob):
    try:
        attempt(blob)
    except sealing.CannotOpen:
        return False
    return True


def _renew(keys_dir):
    """What the renewal of keys leaves behind: a second epoch and a second intake pair beside the first."""
    fresh = keys_dir.parent / "fresh"
    keyfiles.make(fresh)
    for folder, name, suffix in (("worker", "epoch", "key"), ("worker", "intake", "key"), ("web", "intake", "pub")):
        (fresh / folder / f"{name}-1.{suffix}").rename(keys_dir / folder / f"{name}-2.{suffix}")


def _all_that_hangs_on(thing):
    seen, waiting = {}, [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen[id(one)] = one
        waiting.extend(gc.get_referents(one))
    return seen.values()
