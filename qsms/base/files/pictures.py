"""Pictures: whether they are sound, and the same picture without anything but the picture."""

from __future__ import annotations

import io
import re
from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, ImageSequence

from qsms.base.files.spool import spooled

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WEBP"}
MOST_PIXELS = 60_000_000
CHUNK_BYTES = 1024 * 1024
OVERLAP_BYTES = 16
HIDDEN_PAGE = re.compile(rb"<script|<html|<iframe|<\?php|<svg", re.IGNORECASE)
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    TypeError,
    KeyError,
    MemoryError,
    Image.DecompressionBombError,
    # A warning by default, an error where warnings are errors: in both cases too many pixels.
    Image.DecompressionBombWarning,
)
JPEG_QUALITY = 92
# Drawn at half its size on fine screens.
SMALL, SMALL_QUALITY = 320, 80


class Unreadable(ValueError):
    """The picture cannot be decoded, or is too large to try."""


def doubt(stream: BinaryIO, media_type: str) -> str:
    """Why this picture is not shown in the browser; empty when nothing speaks against it."""
    try:
        picture = _open(stream, media_type)
        picture.load()
    except (Unreadable, *UNREADABLE):
        return _("This picture is damaged or too large to show. It is kept as it is; add it again if you can.")
    stream.seek(0)
    before = b""
    while chunk := stream.read(CHUNK_BYTES):
        if HIDDEN_PAGE.search(before + chunk):
            return _("Something else is hidden in this picture. It is offered for download only.")
        before = chunk[-OVERLAP_BYTES:]
    return ""


def stripped(stream: BinaryIO, media_type: str) -> BinaryIO:
    """The picture drawn anew: orientation applied, colours in sRGB, nothing else taken over. Raises Unreadable."""
    try:
        picture = _open(stream, media_type)
        with spooled() as output:
            save = _save_animation if getattr(picture, "n_frames", 1) > 1 else _save_still
            save(picture, output)
    except UNREADABLE as error:
        raise Unreadable from error
    return output


def small(stream: BinaryIO, media_type: str) -> BinaryIO:
    """The picture drawn anew as a JPEG of SMALL pixels at most, upright, its first frame, and nothing with it.

    Raises Unreadable.
    """
    try:
        picture: Image.Image = _open(stream, media_type)
        if picture.format == "JPEG":
            # Decoded at an eighth, a quarter or a half where that is enough: a large photo costs a fraction.
            picture.draft(None, (2 * SMALL, 2 * SMALL))
        picture = _in_eight_bits(picture)
        picture.thumbnail((SMALL, SMALL))
        upright = _in_srgb(ImageOps.exif_transpose(picture)).convert("RGBA")
        drawn = Image.new("RGB", upright.size, "white")
        drawn.paste(upright, mask=upright)
        with spooled() as output:
            drawn.save(output, "JPEG", quality=SMALL_QUALITY)
    except UNREADABLE as error:
        raise Unreadable from error
    return output


def _open(stream: BinaryIO, media_type: str) -> Image.Image:
    stream.seek(0)
    picture = Image.open(stream, formats=[FORMATS[media_type]])
    width, height = picture.size
    # Counted before anything is decoded: a few kilobytes can declare a picture that fills the memory.
    if width * height * getattr(picture, "n_frames", 1) > MOST_PIXELS:
        raise Unreadable
    return picture


def _save_still(picture: Image.Image, output: BinaryIO) -> None:
    name = picture.format
    upright = _in_srgb(ImageOps.exif_transpose(picture))
    # Everything a file says about itself goes, but for the colour that means "see through".
    upright.info = {key: value for key, value in upright.info.items() if key == "transparency"}
    if name == "JPEG":
        upright.convert("L" if upright.mode == "L" else "RGB").save(output, name, quality=JPEG_QUALITY)
    elif name == "WEBP":
        upright.save(output, name, quality=JPEG_QUALITY)
    else:
        upright.save(output, name)


def _save_animation(picture: Image.Image, output: BinaryIO) -> None:
    frames: list[Image.Image] = []
    durations: list[Any] = []
    for frame in ImageSequence.Iterator(picture):
        durations.append(frame.info.get("duration", 100))
        drawn = frame.convert("RGBA")
        drawn.info = {}
        frames.append(drawn)
    loop = picture.info.get("loop")
    kept: dict[str, Any] = {"loop": loop} if isinstance(loop, int) else {}
    frames[0].save(output, picture.format, save_all=True, append_images=frames[1:], duration=durations, **kept)


def _in_eight_bits(picture: Image.Image) -> Image.Image:
    """Grey of sixteen bits, as scanners and borescopes write it, in the eight that a JPEG has."""
    if not picture.mode.startswith("I"):
        return picture
    return picture.convert("I").point(lambda value: value * (1 / 256) + 0).convert("L")


def _in_srgb(picture: Image.Image) -> Image.Image:
    """Colours converted by the profile that the file brings, so that the profile itself can go."""
    profile = picture.info.get("icc_profile")
    if not profile or picture.mode not in {"RGB", "RGBA", "CMYK"}:
        return picture
    target = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode=target)
    except ImageCms.PyCMSError:
        # A broken profile: the plain colours are nearer to the truth than no picture.
        return picture
    return converted if converted is not None else picture
