"""Completion scripts for bash, zsh and fish.

A script contains all words of commands and options. The names of images, users and the
like it gets from ``imagectl complete --names``, for the cloud of the environment; it
completes no names on a line with an ``--os-`` option, which may choose another cloud.
Names are matched and quoted, never expanded, because anybody can give an image any
name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """The words of all commands.

    ``following`` has the words that may follow each sequence of command words; the key
    "" is the beginning of the line. ``nouns`` has the nouns whose names may be given in
    a place: a command, for its operands, or a command and an option.
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
"""The options of a command are offered when the command is complete. Where nothing
matches, bash itself completes file names."""

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


def format_posix(template: str, name: str, words: Words) -> str:
    """Return a script for bash or zsh; ``name`` is the program to complete."""
    function = function_name(name)
    tables = {
        "words": "\n".join(_cases(words.following)),
        "nouns": "\n".join(_cases(words.nouns)),
    }
    script = POSIX_TABLES + template
    return script.format(function=function, name=name, **tables)


def format_bash(name: str, words: Words) -> str:
    """Return the completion script for bash."""
    return format_posix(BASH, name, words)


def format_zsh(name: str, words: Words) -> str:
    """Return the completion script for zsh."""
    return f"#compdef {name}\n" + format_posix(ZSH, name, words)


def format_fish(name: str, words: Words) -> str:
    """Return the completion script for fish."""
    tables = {
        "words": "\n".join(_fish_cases(words.following)),
        "nouns": "\n".join(_fish_cases(words.nouns)),
    }
    return FISH.format(function=function_name(name), name=name, **tables)


def function_name(name: str) -> str:
    """Return the name of the shell function that completes a program."""
    return "_" + re.sub(r"\W", "_", name)


def _cases(table: Mapping[str, Iterable[str]]) -> Iterable[str]:
    return (f"    '{place}') echo '{' '.join(w)}' ;;" for place, w in table.items())


def _fish_cases(table: Mapping[str, Iterable[str]]) -> Iterable[str]:
    for place, words in table.items():
        quoted = " ".join(f"'{word}'" for word in words)
        yield f"        case '{place}'\n            printf '%s\\n' {quoted}"


SCRIPTS: Mapping[str, Callable[[str, Words], str]] = {
    "bash": format_bash,
    "fish": format_fish,
    "zsh": format_zsh,
}
