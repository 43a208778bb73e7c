from __future__ import annotations

import errno
import json

import pytest
import typer

from milkfloat.cli.output import print_json, run
from milkfloat.errors import ConflictError, Fault, InputError


def _raise(error: BaseException) -> None:
    raise error


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (InputError(Fault("a.csv:3.lat", "[91] is more than 90")), 2, ["a.csv:3.lat: [91] is more than 90"]),
        (InputError([Fault("a", "x"), Fault("b", "y")]), 2, ["a: x", "b: y", "2 faults"]),
        (ConflictError("the stop is done and moved"), 1, ["the stop is done and moved"]),
        (
            ModuleNotFoundError("No module named 'fastapi'", name="fastapi.responses"),
            1,
            ["this needs fastapi.responses, which is not installed; get it with: pip install 'milkfloat[server]'"],
        ),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "plan.json"), 2,
         ["plan.json: No such file or directory"]),
        (KeyboardInterrupt(), 130, ["interrupted"]),
    ],
)  # fmt: skip
def test_an_error_is_lines_on_stderr_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: BaseException, code: int, lines: list[str]
) -> None:
    with pytest.raises(typer.Exit) as ended:
        run(lambda: _raise(error))
    assert ended.value.exit_code == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == lines


def test_what_nobody_foresaw_is_not_hidden() -> None:
    with pytest.raises(ModuleNotFoundError):
        run(lambda: _raise(ModuleNotFoundError("No module named 'milkfloat.nix'", name="milkfloat.nix")))
    with pytest.raises(ZeroDivisionError):
        run(lambda: _raise(ZeroDivisionError()))


def test_json_keeps_every_digit(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"third": 1 / 3, "place": "Töölö"})
    text = capsys.readouterr().out
    assert json.loads(text)["third"] == 1 / 3
    assert "Töölö" in text
