"""The scripts with which shells complete our command lines.

Words stand in the script. Names are asked for when they are wanted, of the cloud that
the environment means: not where the line names another. They are only ever matched and
quoted, never expanded, for anybody may give an image any name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """What follows a path of command words, and nouns whose names stand in a place.

    A place is a path, for its operands, or a path and an option.
    """

    following: dict[str, list[str]]
    nouns: dict[str, list[str]]


POSIX_TABLES = """\
{function}_words()
{{
  case "$1" in
{words}
    *) return 1 ;;
  esac
}}

{function}_nouns()
{{
  case "$1" in
{nouns}
    *) return 1 ;;
  esac
}}
"""

BASH = """
{function}()
{{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" prev="${{COMP_WORDS[COMP_CWORD-1]}}"
  local place='' other='' word words nouns noun name
  for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
    [[ $word == --os-* ]] && other=1
    if {function}_words "${{place:+$place }}$word" > /dev/null; then
      place="${{place:+$place }}$word"
    fi
  done
  COMPREPLY=()
  nouns=$({function}_nouns "$place $prev")
  if [[ -z $nouns && $cur != -* ]]; then
    nouns=$({function}_nouns "$place")
  fi
  if [[ -n $nouns ]]; then
    [[ -n $other ]] && return
    for noun in $nouns; do
      while IFS= read -r name; do
        printf -v name %q "$name"
        [[ $name == "$cur"* ]] && COMPREPLY+=("$name")
      done < <({name} complete --names "$noun" 2> /dev/null)
    done
    return
  fi
  words=$({function}_words "$place")
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}}

complete -o default -F {function} {name}
"""
"""Options of a command are offered once the command is complete; files, by bash's own
completion, where nothing else fits."""

ZSH = """
{function}()
{{
  local place='' other='' prev="${{words[CURRENT-1]}}" word nouns noun
  local -a offered
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    [[ $word == --os-* ]] && other=1
    if {function}_words "${{place:+$place }}$word" > /dev/null; then
      place="${{place:+$place }}$word"
    fi
  done
  nouns=$({function}_nouns "$place $prev")
  if [[ -z $nouns && ${{words[CURRENT]}} != -* ]]; then
    nouns=$({function}_nouns "$place")
  fi
  if [[ -n $nouns ]]; then
    [[ -n $other ]] && return
    for noun in ${{=nouns}}; do
      offered=("${{(@f)$({name} complete --names $noun 2> /dev/null)}}")
      compadd -- $offered
    done
    return
  fi
  offered=(${{=$({function}_words "$place")}})
  compadd -- $offered || _files
}}

compdef {function} {name}
"""

FISH = """\
function {function}_words
    switch "$argv[1]"
{words}
        case '*'
            return 1
    end
end

function {function}_nouns
    switch "$argv[1]"
{nouns}
        case '*'
            return 1
    end
end

function {function}
    set -l place ''
    set -l typed (commandline -opc)
    set -l nouns
    for word in $typed[2..-1]
        if {function}_words (string trim "$place $word") > /dev/null
            set place (string trim "$place $word")
        end
    end
    set nouns ({function}_nouns "$place $typed[-1]")
    if test -z "$nouns"; and not string match -q -- '-*' (commandline -ct)
        set nouns ({function}_nouns "$place")
    end
    if test -n "$nouns"
        string match -q -- '--os-*' $typed; and return
        for noun in $nouns
            {name} complete --names $noun 2> /dev/null
        end
        return
    end
    {function}_words "$place"
end

complete -c {name} -f -a '({function})'
"""


def spell_posix(template: str, name: str, words: Words) -> str:
    function = function_name(name)
    tables = {
        "words": "\n".join(_cases(words.following)),
        "nouns": "\n".join(_cases(words.nouns)),
    }
    script = POSIX_TABLES + template
    return script.format(function=function, name=name, **tables)


def spell_bash(name: str, words: Words) -> str:
    return spell_posix(BASH, name, words)


def spell_zsh(name: str, words: Words) -> str:
    return f"#compdef {name}\n" + spell_posix(ZSH, name, words)


def spell_fish(name: str, words: Words) -> str:
    tables = {
        "words": "\n".join(_fish_cases(words.following)),
        "nouns": "\n".join(_fish_cases(words.nouns)),
    }
    return FISH.format(function=function_name(name), name=name, **tables)


def function_name(name: str) -> str:
    return "_" + re.sub(r"\W", "_", name)


def _cases(table: Mapping[str, Iterable[str]]) -> Iterable[str]:
    return (f"    '{place}') echo '{' '.join(w)}' ;;" for place, w in table.items())


def _fish_cases(table: Mapping[str, Iterable[str]]) -> Iterable[str]:
    for place, words in table.items():
        quoted = " ".join(f"'{word}'" for word in words)
        yield f"        case '{place}'\n            printf '%s\\n' {quoted}"


SCRIPTS: Mapping[str, Callable[[str, Words], str]] = {
    "bash": spell_bash,
    "fish": spell_fish,
    "zsh": spell_zsh,
}
