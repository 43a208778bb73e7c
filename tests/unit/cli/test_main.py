from __future__ import annotations

import subprocess
import sys

import pytest

from milkfloat.cli.main import COMMANDS, main


def _run(*args: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(args)
    return int(ended.value.code or 0)


def test_help_names_every_command_with_examples(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--help") == 0
    text = capsys.readouterr().out
    for name, entry in COMMANDS.items():
        assert f"  {name} " in text
        assert entry.help in text
    assert "Examples:" in text
    assert _run() == 0
    assert capsys.readouterr().out == text


def test_help_loads_no_library_of_a_command() -> None:
    code = "import sys; from milkfloat.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print(sorted({'numpy', 'rich', 'msgspec', 'osmium', 'fastapi'} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--version") == 0
    assert capsys.readouterr().out.startswith("milkfloat ")


def test_what_is_no_command_or_option_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("fly") == 2
    assert "fly" in capsys.readouterr().err
    assert _run("solve", "--wings") == 2
    assert "--wings" in capsys.readouterr().err


def test_examples_keep_their_lines(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("bench", "smoke", "--help") == 0
    lines = [line.strip() for line in capsys.readouterr().out.splitlines()]
    at = lines.index("Example:")
    assert lines[at + 1] == "milkfloat bench smoke instances/ --time-limit 1"
    assert not any("\\b" in line for line in lines)
