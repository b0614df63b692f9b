"""The scripts of three shells, from the words that can be typed."""

import re
from collections.abc import Callable, Iterator, Sequence

from lehr.cli.completing import Command, Word

_HEAD = "# Completion of lehr for {shell}, by `lehr completion {shell}`.\n"

_BASH = r"""
_lehr() {
  local line=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
  local -a words
  read -ra words <<< "$line"
  local cur="" last=$((${#words[@]} - 1))
  if [[ $line == *[![:space:]] ]]; then cur=${words[last]}; last=$((last - 1)); fi
  local prev=${words[last]} command=${words[1]} options="" values="" files="" known=1
  COMPREPLY=()
  if ((last < 1)); then
    COMPREPLY=($(compgen -W "COMMANDS --help --version" -- "$cur"))
    return
  fi
  case $command in
CASES
    help) values="COMMANDS" ;;
    *) return ;;
  esac
  case "$command $prev" in
VALUES
    *) known="" ;;
  esac
  if [[ -z $known && $cur == -* ]]; then values=$options files=""; fi
  # Bash cuts words at : and =, so that only what follows is replaced.
  local before=""
  if [[ $cur == *[:=]* ]]; then before=${cur%"${cur##*[:=]}"}; fi
  COMPREPLY=($(compgen -W "$values" -- "$cur"))
  if [[ -n $files ]]; then
    local path IFS=$'\n'
    for path in $(compgen -f -- "${cur#"$before"}"); do
      if [[ -d $path || $files == "*" || " $files " == *" .${path##*.} "* ]]; then
        COMPREPLY+=("$before$path")
        compopt -o filenames 2> /dev/null
      fi
    done
  fi
  COMPREPLY=("${COMPREPLY[@]#"$before"}")
  if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]]; then
    compopt -o nospace 2> /dev/null
  fi
}
complete -F _lehr lehr
"""


def bash(commands: Sequence[Command]) -> str:
    """Return the script for bash, 3.2 or later."""
    cases = "\n".join(_bash_case(each) for each in commands)
    values = "\n".join(_bash_values(commands))
    text = _BASH.replace("COMMANDS", " ".join(each.name for each in commands))
    text = text.replace("CASES", cases).replace("VALUES", values)
    return _HEAD.format(shell="bash") + text.lstrip("\n")


def _bash_case(command: Command) -> str:
    flags = " ".join(flag for word in command.options for flag in word.flags)
    parts = [f"options={_quoted(flags)}"]
    if command.choices:
        parts.append(f"values={_quoted(' '.join(command.choices))}")
    if command.files:
        parts.append(f"files={_quoted(' '.join(command.endings) or '*')}")
    return f"    {command.name}) {' '.join(parts)} ;;"


def _bash_values(commands: Sequence[Command]) -> Iterator[str]:
    """Yield a line for each kind of value, with the options that take it."""
    takers: dict[tuple[str, str], list[str]] = {}
    for command in commands:
        for word in command.options:
            if word.takes:
                kind = " ".join(word.choices), "*" if word.files else ""
                names = [f"'{command.name} {flag}'" for flag in word.flags]
                takers.setdefault(kind, []).extend(names)
    for (values, files), names in takers.items():
        listed = " | \\\n      ".join(names)
        yield f"    {listed})\n      values={_quoted(values)} files={_quoted(files)} ;;"


_ZSH = r"""
_lehr() {
  local -a commands
  commands=(
COMMANDS
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
CASES
  esac
}
if [[ $funcstack[1] == _lehr ]]; then _lehr "$@"; else compdef _lehr lehr; fi
"""


def zsh(commands: Sequence[Command]) -> str:
    """Return the script for zsh."""
    names = (f"{each.name}:{_zsh_plain(each.summary)}" for each in commands)
    listed = "\n".join(f"    {_quoted(name)}" for name in names)
    cases = "\n".join(_zsh_case(each) for each in commands)
    text = _ZSH.replace("COMMANDS", listed).replace("CASES", cases)
    return "#compdef lehr\n" + _HEAD.format(shell="zsh") + text


def _zsh_case(command: Command) -> str:
    lines = [f"    {command.name}) _arguments"]
    for word in command.options:
        value = f":{_zsh_plain(word.takes)}:{_zsh_values(word)}" if word.takes else ""
        told = _zsh_plain(word.help)
        lines += [f"      {_quoted(f'*{f}[{told}]{value}')}" for f in word.flags]
    choices = Word(
        choices=command.choices, files=command.files, endings=command.endings
    )
    lines.append(f"      {_quoted(f'*:word:{_zsh_values(choices)}')}")
    return " \\\n".join(lines) + " ;;"


def _zsh_plain(text: str) -> str:
    return re.sub(r"([\[\]:\\])", r"\\\1", text)


def _zsh_values(word: Word) -> str:
    """Return the action that completes a value."""
    globs = "|".join(ending.lstrip(".") for ending in word.endings)
    files = f'_files -g "*.({globs})"' if globs else "_files"
    values = " ".join(map(_zsh_plain, word.choices))
    if values and word.files:
        return f"{{compadd -- {values}; {files}}}"
    return f"({values})" if values else files if word.files else " "


_FISH = """\
function __lehr_is
  set -l words (commandline -opc)
  test (count $words) -gt 1; and test $words[2] = $argv[1]
end"""


def fish(commands: Sequence[Command]) -> str:
    """Return the script for fish, 3 or later."""
    lines = [_HEAD.format(shell="fish") + _FISH, "complete -c lehr -f"]
    for each in commands:
        about = _fish_quoted(each.summary)
        lines.append(
            f"complete -c lehr -n __fish_use_subcommand -a {each.name} -d {about}"
        )
    for each in commands:
        start = f"complete -c lehr -n '__lehr_is {each.name}'"
        if each.files:
            lines.append(f"{start} -F")
        if each.choices:
            lines.append(f"{start} -a {_fish_quoted(' '.join(each.choices))}")
        lines += [f"{start} {_fish_option(word)}" for word in each.options]
    return "\n".join(lines) + "\n"


def _fish_option(word: Word) -> str:
    parts = [
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
        for flag in word.flags
    ]
    if word.takes:
        parts.append("-r" if word.files else "-x")
    if word.choices:
        parts.append(f"-a {_fish_quoted(' '.join(word.choices))}")
    return " ".join([*parts, f"-d {_fish_quoted(word.help)}"])


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


SCRIPTS: dict[str, Callable[[Sequence[Command]], str]] = {
    "bash": bash,
    "zsh": zsh,
    "fish": fish,
}
"""The script of each shell."""
