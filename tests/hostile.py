"""Files that are broken, odd or meant to hurt: each function writes one into a folder and returns its path.

They are small, take about a second and need only ffmpeg. ALL lists them by name. What is special about a file stands
in its docstring; whether it is to be refused or repaired is the business of the tests.
"""

import random
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

CLIPS = Path(__file__).parent / "data"
CLIP = CLIPS / "be-portrait.mp4"

# Everything that rich_metadata() hides in a file. None of it may be found in anything derived from that file.
POSITION = "+53.9045+027.5615"
LOCATION = POSITION + "+222/"  # ffmpeg rewrites the height when it copies
CANARIES = (
    POSITION,
    "CANARY-TITLE",
    "CANARY-MAKE",
    "CANARY-MODEL",
    "CANARY-AUTHOR",
    "CANARY-COMMENT",
    "CANARY-VIDEO-HANDLER",
    "CANARY-SOUND-HANDLER",
    "CANARY-CHAPTER",
    "CANARY-REEL",
    "CANARY-TELEMETRY",
    "CANARY-SEI",
    "CANARY-XMP",
    "CANARY-UUID",
    "CANARY-FREE",
)

PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
AAC = ["-c:a", "aac", "-b:a", "32k"]


def ffmpeg(*arguments: str | Path) -> None:
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y", "-threads", "2", *arguments]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


# not a video at all


def empty(folder: Path) -> Path:
    path = folder / "empty.mp4"
    path.touch()
    return path


def text_named_mp4(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("Добры дзень, гэта не відэа.\n" * 40, "utf-8")
    return path


def random_bytes(folder: Path) -> Path:
    path = folder / "random.mp4"
    path.write_bytes(random.Random(7).randbytes(64_000))
    return path


# a video that broke on the way


def moov_missing(folder: Path) -> Path:
    """The phone died while recording: the media is there, the index is not."""
    path = folder / "moov-missing.mp4"
    path.write_bytes(b"".join(box for kind, box in boxes(CLIP.read_bytes()) if kind != b"moov"))
    return path


def cut_in_half(folder: Path) -> Path:
    """The index promises more than is there; ffmpeg reads what it finds and exits with 0."""
    path = folder / "cut-in-half.mp4"
    data = CLIP.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def lying_duration(folder: Path) -> Path:
    """Every header says 10 s, the media lasts four minutes."""
    path = folder / "lying-duration.mp4"
    honest = four_minutes(folder)
    ffmpeg("-i", honest, "-c", "copy", "-use_editlist", "0", path)
    honest.unlink()
    data = bytearray(path.read_bytes())
    for start in (*find_all(data, b"mvhd"), *find_all(data, b"mdhd")):
        scale = struct.unpack_from(">I", data, start + 16)[0]
        struct.pack_into(">I", data, start + 20, 10 * scale)
    for start in find_all(data, b"tkhd"):
        struct.pack_into(">I", data, start + 24, 10_000)  # in the units of mvhd, which ffmpeg makes milliseconds
    path.write_bytes(data)
    return path


# a video with too little or too much in it


def audio_only(folder: Path) -> Path:
    path = folder / "audio-only.m4a"
    ffmpeg("-i", CLIP, "-map", "0:a", "-c", "copy", path)
    return path


def video_only(folder: Path) -> Path:
    path = folder / "video-only.mp4"
    ffmpeg("-i", CLIP, "-map", "0:v", "-c", "copy", path)
    return path


def no_speech(folder: Path) -> Path:
    return Path(shutil.copy(CLIPS / "no-speech.mp4", folder))


def four_minutes(folder: Path) -> Path:
    """Longer than an appeal may be."""
    path = folder / "four-minutes.mp4"
    picture = ["-f", "lavfi", "-i", "color=slategray:size=64x64:rate=2:duration=240"]
    ffmpeg(*picture, "-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-shortest", *H264, *AAC, path)
    return path


def many_streams(folder: Path) -> Path:
    """One picture and forty sounds."""
    path = folder / "many-streams.mp4"
    ffmpeg(*PICTURE, *SOUND, "-map", "0", *["-map", "1"] * 40, *H264, *AAC, path)
    return path


def huge_picture(folder: Path) -> Path:
    """One grey H.264 picture of 16000 x 16000 pixels in one megabyte: a decoder takes hundreds.

    Written bit by bit, as an encoder would need gigabytes. The fields follow section 7.3 of the standard.
    """
    path, stream = folder / "huge-picture.mp4", folder / "huge.h264"
    side = 16000 // 16  # in macroblocks
    sps = f"{66:08b}{0xC0:08b}{62:08b}" + ue(0, 0, 2, 1) + "0" + ue(side - 1, side - 1) + "1100"
    pps = ue(0, 0) + "00" + ue(0, 0, 0) + "000" + ue(0, 0, 0) + "000"
    header = ue(0, 7, 0) + "0000" + ue(0) + "00" + ue(0)  # an I slice over the whole picture
    macroblock = ue(3, 0, 0) + "1"  # predicted from its neighbours, nothing added
    stream.write_bytes(nal(0x67, sps) + nal(0x68, pps) + nal(0x65, header + macroblock * side**2))
    ffmpeg("-f", "h264", "-framerate", "1", "-i", stream, "-c", "copy", path)
    stream.unlink()
    return path


def png_in_mov(folder: Path) -> Path:
    """A picture of 256 million pixels that unpacks from some kilobytes."""
    path, still = folder / "png-in-mov.mov", folder / "huge.png"
    rows = zlib.compress(bytes((1 + 16000 // 8) * 16000), 1)  # one bit a pixel, one filter byte a row
    header = struct.pack(">IIBBBBB", 16000, 16000, 1, 0, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    still.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunks))
    ffmpeg("-f", "image2", "-framerate", "1", "-i", still, "-c", "copy", path)
    still.unlink()
    return path


# a video that makes ffmpeg open something else


def hls_local(folder: Path) -> Path:
    """A playlist that plays another supporter's file, which lies in secret/ beside it."""
    secret = folder / "secret" / "secret.mp4"
    secret.parent.mkdir(exist_ok=True)
    shutil.copy(CLIP, secret)
    return playlist(folder / "hls-local.mp4", secret.resolve().as_uri())


def hls_http(folder: Path, port: int = 9) -> Path:
    """A playlist that makes the server call an address of the sender's choice; a test listens on `port`."""
    return playlist(folder / "hls-http.mp4", f"http://127.0.0.1:{port}/canary.ts")


def ffconcat_script(folder: Path) -> Path:
    """A script that plays whatever lies beside it."""
    shutil.copy(CLIP, folder / "neighbour.mp4")
    path = folder / "ffconcat.mp4"
    path.write_text("ffconcat version 1.0\nfile neighbour.mp4\n")
    return path


def mkv_attachment(folder: Path) -> Path:
    """An attachment whose name climbs out of the folder it would be unpacked to."""
    path, note = folder / "attachment.mkv", folder / "note.txt"
    note.write_text("evil")
    name = ["-metadata:s:t", "mimetype=text/plain", "-metadata:s:t", "filename=../../evil.txt"]
    ffmpeg(*PICTURE, *SOUND, "-attach", note, *name, *H264, *AAC, path)
    note.unlink()
    return path


def codec_off_list(folder: Path) -> Path:
    """MagicYUV: no phone writes it, and its decoder had a heap overflow (CVE-2026-8461)."""
    path = folder / "magicyuv.mov"
    ffmpeg(*PICTURE, *SOUND, "-c:v", "magicyuv", "-frames:v", "5", *AAC, path)
    return path


# a good video in a form that must be converted


def rotated(folder: Path) -> Path:
    return Path(shutil.copy(CLIPS / "de-rotated.mp4", folder))


def odd_dimensions(folder: Path) -> Path:
    """321 x 241 pixels and full colour: H.264 for everybody has even sides and 4:2:0."""
    path = folder / "odd.mp4"
    ffmpeg(*PICTURE, *SOUND, "-vf", "scale=321:241", "-c:v", "libx264", "-pix_fmt", "yuv444p", *AAC, path)
    return path


def vfr(folder: Path) -> Path:
    """A frame rate that changes, as phones do it in the dark."""
    path = folder / "vfr.mp4"
    drop = ["-vf", "select='lt(n,20)+not(mod(n,5))'", "-fps_mode", "vfr"]
    ffmpeg(*PICTURE, *SOUND, *drop, *H264, *AAC, path)
    return path


def hevc_10bit_hdr(folder: Path) -> Path:
    """What a recent phone records: HEVC, ten bits, BT.2020 with the PQ curve."""
    path = folder / "hdr.mov"
    colour = "hdr10=1:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:range=limited:log-level=error"
    tags = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"]
    hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-pix_fmt", "yuv420p10le", "-tag:v", "hvc1"]
    ffmpeg(*PICTURE, *SOUND, *hevc, "-x265-params", colour, *tags, *AAC, path)
    return path


def webm_vp8_opus(folder: Path) -> Path:
    """As a browser's MediaRecorder streams it: no duration, no index."""
    path = folder / "recorder.webm"
    codecs = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-c:a", "libopus", "-b:a", "32k"]
    ffmpeg(*PICTURE, *SOUND, *codecs, "-f", "webm", "-live", "1", path)
    return path


# a good video that tells who made it


def rich_metadata(folder: Path) -> Path:
    """A phone's MOV with all the places where a name or a position can hide; they hold the CANARIES."""
    path, chapters, telemetry = folder / "rich.mov", folder / "chapters.txt", folder / "telemetry.srt"
    chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=CANARY-CHAPTER\n")
    telemetry.write_text("1\n00:00:00,000 --> 00:00:02,000\nCANARY-TELEMETRY\n")
    sei = "h264_metadata=sei_user_data=086f3693-b7b3-4f2c-9653-21492feee5b8+CANARY-SEI"
    inputs: list[str | Path] = [*PICTURE, *SOUND, "-i", telemetry, "-f", "ffmetadata", "-i", chapters]
    maps = ["-map", "0:v", "-map", "1:a", "-map", "2:s", "-map_chapters", "3"]
    codecs = [*H264, "-bsf:v", sei, *AAC, "-c:s", "mov_text", "-timecode", "01:00:00:00"]
    ffmpeg(*inputs, *maps, *codecs, *tags(), "-movflags", "use_metadata_tags", path)
    chapters.unlink()
    telemetry.unlink()

    # ffmpeg writes no telemetry track of its own: the first text track becomes one by its two type codes.
    data = bytearray(path.read_bytes().replace(b"mhlrtext", b"mhlrmeta", 1))
    at = data.index(b"text", data.index(b"stsd", data.index(b"mhlrmeta")))
    data[at : at + 4] = b"gpmd"

    # The older home of the position is moov/udta; moov is the last box, so it can grow.
    old_form = struct.pack(">HH", len(LOCATION), 0x15C7) + LOCATION.encode()
    old_tags = atom(b"udta", atom(b"\xa9xyz", old_form))
    moov_at = data.rindex(b"moov") - 4
    struct.pack_into(">I", data, moov_at, len(data) - moov_at + len(old_tags))

    xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>CANARY-XMP</x:xmpmeta>"
    more = [
        atom(b"uuid", bytes.fromhex("be7acfcb97a942e89c71999491e3afac") + xmp),
        atom(b"uuid", bytes(16) + b"CANARY-UUID"),
        atom(b"free", b"CANARY-FREE"),
    ]
    path.write_bytes(data + old_tags + b"".join(more))
    return path


def tags() -> list[str]:
    """What a phone notes about itself, for the file and for its tracks."""
    written = {
        "": {
            "title": "CANARY-TITLE",
            "make": "CANARY-MAKE",
            "model": "CANARY-MODEL",
            "author": "CANARY-AUTHOR",
            "comment": "CANARY-COMMENT",
            "location": LOCATION,
            "com.apple.quicktime.location.ISO6709": LOCATION,
            "com.apple.quicktime.model": "CANARY-MODEL",
            "creation_time": "2026-03-01T12:00:00Z",
        },
        ":s:v": {"handler_name": "CANARY-VIDEO-HANDLER", "reel_name": "CANARY-REEL"},
        ":s:a": {"handler_name": "CANARY-SOUND-HANDLER"},
    }
    named = [(f"-metadata{to}", f"{key}={value}") for to, pairs in written.items() for key, value in pairs.items()]
    return [word for pair in named for word in pair]


# bytes


def boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The outermost boxes (atoms) of an MP4 file: their type and all their bytes."""
    at = 0
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at : at + size]
        at += size


def atom(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", len(content), kind) + content + struct.pack(">I", zlib.crc32(kind + content))


def ue(*numbers: int) -> str:
    """Numbers as H.264 writes them (Exp-Golomb), in characters 0 and 1; the signed kind is the same for zero."""
    return "".join("0" * (len(bits) - 1) + bits for bits in (f"{number + 1:b}" for number in numbers))


def nal(kind: int, bits: str) -> bytes:
    """One unit of an H.264 stream: start code, type, content, a one and zeros to fill the last byte."""
    bits += "1" + "0" * (-(len(bits) + 1) % 8)
    return b"\0\0\0\1" + bytes([kind]) + int(bits, 2).to_bytes(len(bits) // 8)


def find_all(data: bytes | bytearray, word: bytes) -> Iterator[int]:
    at = data.find(word)
    while at >= 0:
        yield at
        at = data.find(word, at + 1)


def playlist(path: Path, segment: str) -> Path:
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", segment, "#EXT-X-ENDLIST"]
    path.write_text("\n".join(lines) + "\n")
    return path


ALL: dict[str, Callable[[Path], Path]] = {
    make.__name__: make
    for make in (
        empty, text_named_mp4, random_bytes, moov_missing, cut_in_half, lying_duration, audio_only, video_only,
        no_speech, four_minutes, many_streams, huge_picture, png_in_mov, hls_local, hls_http, ffconcat_script,
        mkv_attachment, codec_off_list, rotated, odd_dimensions, vfr, hevc_10bit_hdr, webm_vp8_opus, rich_metadata,
    )
}  # fmt: skip
