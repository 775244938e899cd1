"""Runs the golden vectors by rules written from docs/spec alone: python3 run.py (needs the package cryptography)."""
import hashlib, itertools, json, pathlib
from cryptography.hazmat.primitives import hashes, keywrap
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
HERE, H = pathlib.Path(__file__).parent / "v1", bytes.fromhex
hkdf = lambda key, salt, info: HKDF(hashes.SHA256(), 32, salt, info.encode()).derive(key)
sha = lambda data: hashlib.sha256(data).hexdigest()
def segments(c):
    plain, key = bytes((i * 31 + (i >> 8)) & 255 for i in range(c["plaintextPattern"]["length"])), hkdf(H(c["contentKey"]), H(c["salt"]), f"segue/media/v1\0{c['renditionId']}")
    pieces = [plain[i : i + 16368] for i in range(0, len(plain), 16368)]
    sealed = [AESGCM(key).encrypt(H(c["noncePrefix"]) + i.to_bytes(4, "big") + bytes([i == len(pieces) - 1]), p, None) for i, p in enumerate(pieces)]
    return key.hex() == c["segmentKey"] and [sha(s) for s in sealed] == c["segmentHashes"] and sha(b"".join(sealed)) == c["hash"]
def envelope(c):
    peer = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), H(c["devicePublicKey"]))
    shared = ec.derive_private_key(int(c["ephemeralPrivateKey"], 16), ec.SECP256R1()).exchange(ec.ECDH(), peer)
    kek = hkdf(shared, bytes(32), f"segue/envelope/v1\0{c['deviceId']}\0{c['keyId']}\0{c['renditionId']}")
    return kek.hex() == c["keyEncryptionKey"] and keywrap.aes_key_wrap(kek, H(c["contentKey"])).hex() == c["wrappedKey"]
counted = lambda e: min(e["msPlayed"], e["elapsedMs"] + 1000 + e["elapsedMs"] // 100)
def verdicts(c):
    owner, plays, said = {}, dict.fromkeys(c["tracks"], 0), []
    for b, e in ((b, e) for b in c["batches"] for e in b["events"]):
        age = e.get("ageMs", b["sentAtMs"] - e["endedAtMs"])
        if e["id"] in owner: said.append(["DUPLICATE", ""] if owner[e["id"]] == b["user"] else ["REJECTED", "foreign_id"])
        elif max(0, age) + e["elapsedMs"] > 35 * 86_400_000: said.append(["REJECTED", "too_old"])
        elif e["trackId"] not in plays: said.append(["QUARANTINED", "unknown_track"])
        else: owner[e["id"]], plays[e["trackId"]], said = b["user"], plays[e["trackId"]] + (counted(e) >= 30_000), [*said, ["ACCEPTED", "future" if age < -300_000 else ""]]
    return said == [receipt for b in c["batches"] for receipt in b["receipts"]] and plays == c["plays"]
def clock(c):
    mark, proof, hold, said = 0, None, False, []
    for s in c["steps"]:
        wall, mono, boot = (s["reading"][k] for k in ("wallMs", "monotonicMs", "bootId"))
        if s["type"] == "proof": mark, proof, hold = s["serverMs"], (s["serverMs"], mono, boot), False
        proven = proof and proof[2] == boot
        hold |= not proven and wall < mark - 300_000
        mark = max(mark, proof[0] + max(0, mono - proof[1]) if proven else wall)
        said.append({"trustedMs": mark, "highWaterMs": mark, "hold": hold})
    return said == c["after"]
moved = lambda a, at: min(max(0, a["positionMs"] + (at - a["atServerUs"]) * a["rateMilli"] / 1e6), a["durationMs"] or float("inf"))
def trim(c):
    first, total, starts = c["trimStartFrames"], c["totalFrames"], [0, *itertools.accumulate(c["chunks"])]
    kept = [[i for i in range(n) if first <= at + i < first + total] for at, n in zip(starts, c["chunks"])]
    return [[k[0], k[-1] + 1] if k else [0, 0] for k in kept] == c["kept"] and total - sum(map(len, kept)) == c["missing"]
count = lambda c: (counted(c), counted(c) >= 30_000) == (c["countedMs"], c["counts"])
RULES = {"protection/segments": segments, "protection/envelope": envelope, "events/verdicts": verdicts, "events/count-rule": count,
         "license/clock-proofs": clock, "connect/position": lambda c: moved(c["anchor"], c["atServerUs"]) == c["positionMs"], "trim/slices": trim}
results = [(f, c["name"], bool(rule(c))) for f, rule in RULES.items() for c in json.loads((HERE / f"{f}.json").read_text("utf-8"))["cases"]]
print(*(f"FAILED {file}: {name}" for file, name, ok in results if not ok), f"{sum(r[2] for r in results)} passed, {sum(not r[2] for r in results)} failed", sep="\n")
raise SystemExit(not all(r[2] for r in results))
