"""How figures, times and sizes read on a page."""

from datetime import UTC, datetime

from markupsafe import Markup, escape

__all__ = ["FILTERS", "bytes_", "duration", "moment", "number", "percent", "plural"]

THIN_SPACE = "\u2009"
MINUS = "\u2212"
NOTHING = "\u2013"
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def number(value: float | None, digits: int | None = None) -> str:
    """Write a figure with thin spaces between thousands.

    >>> number(1234567).replace(THIN_SPACE, " ")
    '1 234 567'
    """
    if value is None:
        return NOTHING
    places = digits if digits is not None else (0 if float(value).is_integer() else 2)
    return f"{value:,.{places}f}".replace(",", THIN_SPACE).replace("-", MINUS)


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share of one as a percentage."""
    return NOTHING if value is None else f"{number(value * 100, digits)}{THIN_SPACE}%"


def bytes_(value: float | None) -> str:
    """Write a size with the unit that reads best."""
    if value is None:
        return NOTHING
    rest = float(value)
    for unit in UNITS[:-1]:
        if rest < 1024:
            return f"{number(rest, 0 if unit == 'B' else 1)}{THIN_SPACE}{unit}"
        rest /= 1024
    return f"{number(rest, 1)}{THIN_SPACE}{UNITS[-1]}"


def duration(ms: float | None) -> str:
    """Write milliseconds as people say them."""
    if ms is None:
        return NOTHING
    if ms < 1000:
        return f"{number(ms, 0)}{THIN_SPACE}ms"
    seconds = ms / 1000
    if seconds < 60:
        return f"{number(seconds, 1)}{THIN_SPACE}s"
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next(index for index, (amount, _) in enumerate(parts) if amount)
    return " ".join(f"{amount}{THIN_SPACE}{unit}" for amount, unit in parts[first : first + 2] if amount)


def moment(ms: int | None) -> Markup:
    """Write a time, with the machine's form beside it."""
    if ms is None:
        return escape(NOTHING)
    at = datetime.fromtimestamp(ms / 1000, UTC)
    shown = f"{at:%Y-%m-%d %H:%M:%S}"
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), shown)


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun.

    >>> plural(1, "party", "parties"), plural(2, "party", "parties")
    ('1 party', '2 parties')
    """
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


FILTERS = {
    "bytes": bytes_,
    "duration": duration,
    "moment": moment,
    "number": number,
    "percent": percent,
    "plural": plural,
}
