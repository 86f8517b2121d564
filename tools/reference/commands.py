"""Every command of `tally`, with its arguments and options."""

import inspect
from collections.abc import Iterator

import click
from tools.reference.markdown import code, page, table

from tallystick.cli import main

__all__ = ["commands_page"]

INTRODUCTION = """# Commands

Every command explains itself with `--help`. What a person can mend is said in one line on standard error, with exit
code 1; a wrong word on the command line gives exit code 2."""


def commands_page() -> str:
    """Write the page."""
    return page(INTRODUCTION, *_blocks(main, click.Context(main, info_name="tally")))


def _blocks(command: click.Command, context: click.Context) -> Iterator[str]:
    yield f"{'#' * min(_depth(context), 4)} {context.command_path}"
    yield inspect.cleandoc(command.help or "").partition("\f")[0]
    yield f"```\n{_usage(command, context)}\n```"
    options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
    yield table(["option", "default", "meaning"], [_option(each) for each in options])
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _blocks(below, click.Context(below, parent=context, info_name=name))


def _depth(context: click.Context) -> int:
    return 2 if context.parent is None else 1 + len(context.command_path.split())


def _usage(command: click.Command, context: click.Context) -> str:
    return " ".join([context.command_path, *command.collect_usage_pieces(context)])


def _option(option: click.Option) -> list[str]:
    names = ", ".join(option.opts) + (f" / {', '.join(option.secondary_opts)}" if option.secondary_opts else "")
    return [code(names + _value(option)), _default(option), _meaning(option)]


def _value(option: click.Option) -> str:
    if option.is_flag or option.count:
        return ""
    if isinstance(option.type, click.Choice):
        return f" {{{','.join(map(str, option.type.choices))}}}"
    return f" {option.human_readable_name.upper().replace('_', '-')}"


def _default(option: click.Option) -> str:
    if option.required:
        return "required"
    default = option.to_info_dict()["default"]
    if option.is_flag:
        chosen = option.opts if default is True else option.secondary_opts
        return code(chosen[0]) if chosen else ""
    if isinstance(default, str | int | float):
        return code(str(default))
    return code(str(default)) if hasattr(default, "__fspath__") else ""


def _meaning(option: click.Option) -> str:
    several = " Can be given several times." if option.multiple else ""
    variable = f" Environment: `{option.envvar}`." if option.envvar else ""
    return (option.help or "") + several + variable
