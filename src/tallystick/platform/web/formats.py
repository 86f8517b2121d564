"""How figures, times and sizes read on a page."""

from datetime import UTC, datetime

from markupsafe import Markup, escape

__all__ = ["FILTERS", "ago", "bytes_", "capital", "clock", "duration", "moment", "number", "percent", "plural"]

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


def ago(ms: int | None, now: int) -> Markup:
    """Write a time as the distance from now, in one unit, with the machine's form beside it.

    >>> str(ago(1_000, 13_500)).endswith(">12\u2009s ago</time>")
    True
    """
    if ms is None:
        return escape(NOTHING)
    at = datetime.fromtimestamp(ms / 1000, UTC)
    shown = Markup('<time datetime="{}" title="{}">{}</time>')
    return shown.format(at.isoformat(), f"{at:%Y-%m-%d %H:%M:%S} UTC", _distance((now - ms) // 1000))


def _distance(seconds: int) -> str:
    if seconds < 1:
        return "now"
    sizes = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
    size, unit = next((size, unit) for size, unit in sizes if seconds >= size)
    return f"{seconds // size}{THIN_SPACE}{unit} ago"


def capital(name: str) -> str:
    """Write a name with a capital, as headings and labels show it.

    >>> capital("north")
    'North'
    """
    return name[:1].upper() + name[1:]


def clock(ms: int) -> str:
    """Write the time of day.

    >>> clock(3_600_000)
    '01:00:00'
    """
    return f"{datetime.fromtimestamp(ms / 1000, UTC):%H:%M:%S}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """Write a count with its noun.

    >>> plural(1, "party", "parties"), plural(2, "party", "parties")
    ('1 party', '2 parties')
    """
    return f"{number(count)} {one if count == 1 else many or one + 's'}"


FILTERS = {
    "ago": ago,
    "capital": capital,
    "clock": clock,
    "bytes": bytes_,
    "duration": duration,
    "moment": moment,
    "number": number,
    "percent": percent,
    "plural": plural,
}
