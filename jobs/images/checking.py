"""What the types of `image.process` cannot say. No picture is looked at."""

from collections.abc import Iterator
from uuid import UUID

from contracts.errors import InvalidRequest
from contracts.image import Format, ImageProcess, Operation, Output, Preset


def check(params: ImageProcess) -> None:
    """Raises InvalidRequest with `field`."""
    for number, operation in enumerate(params.operations):
        for field, sentence in problems(operation):
            raise InvalidRequest(sentence, field=f"operations.{number}.{field}")
    if params.outputs:
        for number, output in enumerate(params.outputs):
            check_output(output, f"outputs.{number}")
    else:
        check_output(params.output, "output")


def problems(operation: Operation) -> Iterator[tuple[str, str]]:
    """Field and sentence of each."""
    boxed = operation.width is not None and operation.height is not None
    match operation.op:
        case "resize" if operation.width is None and operation.height is None:
            yield "width", "A resize needs a width, a height or both."
        case "resize" if operation.fit in {"fill", "fit"} and not boxed:
            yield "width" if operation.width is None else "height", f"“{operation.fit}” needs a width and a height."
        case "crop" if not boxed:
            yield "width" if operation.width is None else "height", "A crop needs a width and a height."
        case "crop" if (operation.left is None) != (operation.top is None):
            yield "left" if operation.left is None else "top", "A crop takes both left and top, or neither."
        case "caption" if not any(character.isprintable() and not character.isspace() for character in operation.text):
            yield "text", "A caption needs a text."
        case "watermark" if operation.file_id is None:
            yield "file_id", "A watermark needs the file of a picture."


def check_output(output: Output, where: str) -> None:
    if output.preset is Preset.ARCHIVE and output.format is Format.JPEG:
        sentence = "JPEG always loses something. Choose PNG, WebP or AVIF for an archive."
        raise InvalidRequest(sentence, field=f"{where}.format")


def files_of(params: ImageProcess) -> list[UUID]:
    """The picture, and those that are put on it."""
    marks = [one.file_id for one in params.operations if one.op == "watermark" and one.file_id]
    return list(dict.fromkeys([params.file_id, *marks]))
