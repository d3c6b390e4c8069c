"""Failures as Qdrant words them, with Qdrant's status codes."""

from collections.abc import Iterator
from contextlib import contextmanager


class ApiError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def bad_format(detail: object) -> ApiError:
    return ApiError(400, f"Format error in JSON body: {detail}")


def wrong_input(detail: object) -> ApiError:
    return ApiError(400, f"Wrong input: {detail}")


def invalid(field: str, detail: str) -> ApiError:
    return ApiError(422, f"Validation error in JSON body: [{field}: {detail}]")


def not_found(what: str) -> ApiError:
    return ApiError(404, f"Not found: {what}")


def no_collection(name: str) -> ApiError:
    return not_found(f"Collection `{name}` doesn't exist!")


def unsupported(what: str) -> ApiError:
    return ApiError(
        501,
        f"Not supported: {what} is not part of the server for closed networks. "
        "Qdrant's own image, qdrant/qdrant, has it.",
    )


# The binding raises plain Exception for whatever its engine says: only the text tells them apart.
_WRONG_INPUT = (
    "Vector dimension error",
    "Not existing vector name error",
    "Validation failed",
    "Wrong",
)
_BAD_REQUEST = ("No appropriate index", "No range index")


def _from_engine(message: str) -> ApiError:
    if message.startswith(_WRONG_INPUT):
        return wrong_input(message)
    if message.startswith(_BAD_REQUEST):
        return ApiError(400, f"Bad request: {message}")
    if message.startswith("No point with id"):
        return not_found(f"{message} found")
    return ApiError(500, f"Service internal error: {message}")


@contextmanager
def engine_errors() -> Iterator[None]:
    """Turns what the engine and its binding raise into answers."""
    try:
        yield
    except ApiError:
        raise
    # A number where an object belongs shows as a missing attribute or key.
    except (TypeError, ValueError, OverflowError, AttributeError, KeyError) as error:
        raise bad_format(error) from error
    except Exception as error:
        raise _from_engine(str(error)) from error
