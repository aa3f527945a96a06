"""Files: a place to upload to, then the file, which is processed some time later."""

from typing import Any

from marketsim.shopify.call import Call, call_of, user_error
from marketsim.shopify.files import StoredFile, StoredImage
from marketsim.shopify.resolvers.base import Info, Resolvers
from marketsim.shopify.resolvers.keyed import Payload

ALT_MAX = 512


def stage(_root: Any, info: Info, input: list[dict[str, Any]]) -> Payload:  # noqa: A002 - the schema's own name
    """Addresses to which files may be sent, by PUT or as a form with a `file`."""
    call = call_of(info)
    targets = []
    for row in input:
        key = f"tmp/{call.shop.store.shop_number}/{call.shop.store.uuid()}/{row['filename']}"
        call.shop.files.staged[key] = None
        form = row.get("httpMethod") == "POST"
        url = f"{call.shop.public_url}/staged" + ("" if form else f"/{key}")
        parameters = [{"name": "content_type", "value": row["mimeType"]}]
        if form:
            parameters.append({"name": "key", "value": key})
        resource = f"{call.shop.public_url}/staged/{key}"
        targets.append({"url": url, "resourceUrl": resource, "parameters": parameters})
    return {"stagedTargets": targets, "userErrors": []}


def create(_root: Any, info: Info, files: list[dict[str, Any]]) -> Payload:
    """Make files of what was uploaded or lies on the web; READY or FAILED comes later."""
    call = call_of(info)
    call.need("write_files", "fileCreate")
    errors = []
    for index, row in enumerate(files):
        if not row["originalSource"].startswith(("http://", "https://")):
            message = "originalSource is not a valid URL"
            path = ("files", index, "originalSource")
            errors.append(user_error(message, *path, code="INVALID"))
        if len(row.get("alt") or "") > ALT_MAX:
            message = f"The alt value exceeds the maximum limit of {ALT_MAX} characters."
            errors.append(
                user_error(message, "files", index, "alt", code="ALT_VALUE_LIMIT_EXCEEDED")
            )
    if errors:
        return {"files": [], "userErrors": errors}
    return {"files": [_create(call, row) for row in files], "userErrors": []}


def _create(call: Call, row: dict[str, Any]) -> StoredFile:
    kind = StoredImage if row.get("contentType") == "IMAGE" else StoredFile
    made = kind(
        number=call.shop.store.next_number(),
        source=row["originalSource"],
        alt=row.get("alt"),
        created_at=call.shop.store.now(),
    )
    call.shop.files.add(made)

    def process() -> None:
        made.file_status = "PROCESSING"
        call.shop.agenda.later(call.shop.delay_s(0.3, 2.0), finish)

    def finish() -> None:
        if call.shop.strikes("file_fails") or not _arrived(call, made.source):
            made.file_status = "FAILED"
            made.errors = [{"code": "GENERIC_FILE_DOWNLOAD_FAILURE", "message": "Download failed."}]
            return
        made.file_status, made.url = "READY", made.source

    call.shop.agenda.later(call.shop.delay_s(0.1, 1.0), process)
    return made


def _arrived(call: Call, source: str) -> bool:
    """Whether a staged file was in fact uploaded; files elsewhere are believed to exist."""
    key = source.removeprefix(f"{call.shop.public_url}/staged/")
    return call.shop.files.staged.get(key, b"") is not None


def image_of(source: StoredFile, _info: Info) -> dict[str, Any] | None:
    """The image once it is ready."""
    return {"id": source.gid, "url": source.url} if source.url else None


RESOLVERS: Resolvers = {
    ("Mutation", "stagedUploadsCreate"): stage,
    ("Mutation", "fileCreate"): create,
    ("GenericFile", "fileErrors"): lambda source, _info: source.errors,
    ("GenericFile", "mimeType"): lambda _source, _info: "application/octet-stream",
    ("MediaImage", "fileErrors"): lambda source, _info: source.errors,
    ("MediaImage", "image"): image_of,
}
