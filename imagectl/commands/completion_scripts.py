"""Completion scripts for bash, zsh and fish.

A script contains all words of commands and options, and the choices of values. The
names of images, users and clouds it gets from ``imagectl complete --names``, for the
cloud of the environment; it completes no names of records on a line with an ``--os-``
option, which may choose another cloud. Names and files are matched and quoted, never
expanded, because anybody can give an image any name.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from imagectl.commands.completion_words import Words

MANY = 12
"""A word of so many places is written once, for all of them."""
POSIX_TABLES = """\
{function}_words()
{{
  case "$1" in
{words}
    *) return 1 ;;
  esac
}}

{function}_values()
{{
  case "$1" in
{values}
    *) return 1 ;;
  esac
}}
"""

BASH = """
# Adds what completes $cur to COMPREPLY: files, names or choices, each on a line of $1.
{function}_offer()
{{
  local value name plain="${{cur//\\\\/}}"
  while IFS= read -r value; do
    case "$value" in
      :file | :dir)
        while IFS= read -r name; do
          [[ -d $name ]] && name+=/
          {function}_add "$name"
        done < <(compgen -"${{value:1:1}}" -- "$plain" | sort -u)
        [[ ${{#COMPREPLY[@]}} == 1 && $COMPREPLY == */ ]] && \
compopt -o nospace 2> /dev/null
        [[ ${{#COMPREPLY[@]}} == 0 ]] && compopt -o default 2> /dev/null ;;
      :any | :maybe) ;;
      :*)
        [[ -n $other && $value != :cloud ]] && continue
        while IFS= read -r name; do
          {function}_add "$name"
        done < <({name} complete --names "${{value:1}}" 2> /dev/null) ;;
      *) {function}_add "$value" ;;
    esac
  done <<< "$1"
}}

{function}_add()
{{
  local quoted
  printf -v quoted %q "$1"
  [[ $quoted == "$cur"* ]] && COMPREPLY+=("${{quoted#"$stem"}}")
}}

{function}()
{{
  local cur="${{COMP_WORDS[COMP_CWORD]}}" count=$((COMP_CWORD - 1))
  local place='' other='' values='' stem='' word words
  # Readline takes = and : for words of their own.
  if [[ $cur == : && $count -gt 1 ]]; then
    stem="${{COMP_WORDS[COMP_CWORD-1]}}:" cur="$stem" count=$((count - 1))
  elif [[ $count -gt 1 && ${{COMP_WORDS[COMP_CWORD-1]}} == : ]]; then
    stem="${{COMP_WORDS[COMP_CWORD-2]}}:" cur="$stem$cur" count=$((count - 2))
  fi
  [[ $cur == = ]] && cur=''
  for word in "${{COMP_WORDS[@]:1:count}}"; do
    [[ $word == = ]] && continue
    [[ $word == --os-* ]] && other=1
    if [[ -n $values && $values != :maybe* ]]; then
      values=''
    elif [[ $word == -* ]]; then
      values=$({function}_values "$place $word")
    else
      values=''
      if {function}_words "${{place:+$place }}$word" > /dev/null; then
        place="${{place:+$place }}$word"
      fi
    fi
  done
  COMPREPLY=()
  [[ $values == :maybe* && $cur == -* ]] && values=''
  if [[ -z $values && $cur != -* ]]; then
    values=$({function}_values "$place")
  fi
  if [[ -n $values ]]; then
    compopt +o default 2> /dev/null
    {function}_offer "$values"
    return
  fi
  words=$({function}_words "$place")
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}}

complete -o default -F {function} {name}
"""
"""The options of a command are offered when the command is complete. Where no word
matches, bash itself completes file names, but no value that is no file."""

ZSH = """
# Adds what completes the word: files, names or choices, each on a line of $1.
{function}_offer()
{{
  local value
  local -a offered
  for value in "${{(@f)1}}"; do
    case "$value" in
      :file) _files ;;
      :dir) _files -/ ;;
      :any | :maybe) ;;
      :*)
        [[ -n $other && $value != :cloud ]] && continue
        offered=("${{(@f)$({name} complete --names "${{value#:}}" 2> /dev/null)}}")
        compadd -- $offered ;;
      *) compadd -- "$value" ;;
    esac
  done
}}

{function}()
{{
  local place='' other='' values='' word line cur="${{words[CURRENT]}}"
  local -a offered shown
  for word in "${{(@)words[2,CURRENT-1]}}"; do
    [[ $word == --os-* ]] && other=1
    if [[ -n $values && $values != :maybe* ]]; then
      values=''
    elif [[ $word == -* ]]; then
      values=''
      [[ $word == *=* ]] || values=$({function}_values "$place $word")
    else
      values=''
      if {function}_words "${{place:+$place }}$word" > /dev/null; then
        place="${{place:+$place }}$word"
      fi
    fi
  done
  if [[ $cur == --*=* ]]; then
    values=$({function}_values "$place ${{cur%%=*}}")
    compset -P '*='
  fi
  [[ $values == :maybe* && $cur == -* ]] && values=''
  if [[ -z $values && $cur != -* ]]; then
    values=$({function}_values "$place")
  fi
  if [[ -n $values ]]; then
    {function}_offer "$values"
    return
  fi
  for line in "${{(@f)$({function}_words "$place")}}"; do
    offered+=("${{line%%$'\\t'*}}")
    shown+=("${{line/$'\\t'/  -- }}")
  done
  compadd -l -d shown -- $offered || _files
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

function {function}_values
    switch "$argv[1]"
{values}
        case '*'
            return 1
    end
end

function {function}_offer
    switch $argv[1]
        case :file
            __fish_complete_path $argv[3]
        case :dir
            __fish_complete_directories $argv[3] ''
        case :any :maybe
        case ':*'
            if test -z "$argv[2]"; or test $argv[1] = :cloud
                {name} complete --names (string sub -s 2 -- $argv[1]) 2> /dev/null
            end
        case '*'
            echo $argv[1]
    end
end

function {function}
    set -l place ''
    set -l other
    set -l values
    set -l prefix ''
    set -l typed (commandline -opc)
    set -l cur (commandline -ct)
    for word in $typed[2..-1]
        string match -q -- '--os-*' $word; and set other 1
        if test -n "$values"; and test "$values[1]" != :maybe
            set values
        else if string match -q -- '-*=*' $word
            set values
        else if string match -q -- '-*' $word
            set values ({function}_values "$place $word")
        else
            set values
            if {function}_words (string trim "$place $word") > /dev/null
                set place (string trim "$place $word")
            end
        end
    end
    if string match -q -- '--*=*' $cur
        set prefix (string replace -r '=.*' '=' -- $cur)
        set values ({function}_values "$place "(string replace -r '=.*' '' -- $cur))
    end
    if test "$values[1]" = :maybe; and string match -q -- '-*' $cur
        set values
    end
    if test -z "$values"; and not string match -q -- '-*' $cur
        set values ({function}_values "$place")
    end
    if test -z "$values"
        {function}_words "$place"
        return
    end
    for value in $values
        set -l rest (string replace -- "$prefix" '' $cur)
        for offered in ({function}_offer $value "$other" $rest)
            printf '%s%s\\n' "$prefix" $offered
        end
    end
end

complete -c {name} -f -a '({function})'
"""


def format_bash(name: str, words: Words) -> str:
    """Return the completion script for bash; ``name`` is the program to complete."""
    plain = {place: tuple(of) for place, of in words.following.items()}
    return _format_posix(BASH, name, plain, words)


def format_zsh(name: str, words: Words) -> str:
    """Return the completion script for zsh, with descriptions."""
    described = {place: described_words(of) for place, of in words.following.items()}
    return f"#compdef {name}\n" + _format_posix(ZSH, name, described, words)


def _format_posix(
    template: str, name: str, following: Mapping[str, tuple[str, ...]], words: Words
) -> str:
    script, function = POSIX_TABLES + template, function_name(name)
    return script.format(
        function=function,
        name=name,
        words="\n".join(_posix_cases(share_words(following), shlex.quote, function)),
        values="\n".join(
            (
                *_posix_cases(words.values, shlex.quote),
                *_posix_cases(words.everywhere, lambda option: f"*' {option}'"),
            )
        ),
    )


def format_fish(name: str, words: Words) -> str:
    """Return the completion script for fish, with descriptions."""
    described = {place: described_words(of) for place, of in words.following.items()}
    usual = {f"* {option}": kinds for option, kinds in words.everywhere.items()}
    return FISH.format(
        function=function_name(name),
        name=name,
        words="\n".join(_fish_cases(share_words(described), function_name(name))),
        values="\n".join((*_fish_cases(words.values), *_fish_cases(usual))),
    )


def described_words(of: Mapping[str, str]) -> tuple[str, ...]:
    """Return words with their descriptions after a tab."""
    return tuple(f"{word}\t{text}" if text else word for word, text in of.items())


def share_words(table: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the words of each place, with those of many places said once.

    ``@1`` stands for the words of the place ``@1``.
    """
    counts = Counter(word for words in table.values() for word in words)
    shared: dict[tuple[str, ...], str] = {}
    places = {}
    for place, words in table.items():
        common = tuple(word for word in words if counts[word] >= MANY)
        own = tuple(word for word in words if counts[word] < MANY)
        if common:
            own += (shared.setdefault(common, f"@{len(shared) + 1}"),)
        places[place] = own
    return {**places, **{place: words for words, place in shared.items()}}


def function_name(name: str) -> str:
    """Return the name of the shell function that completes a program."""
    return "_" + re.sub(r"\W", "_", name)


def _posix_cases(
    table: Mapping[str, tuple[str, ...]],
    quote_place: Callable[[str], str],
    function: str = "",
) -> Iterable[str]:
    for place, lines in table.items():
        act = _act(lines, lambda own: shlex.quote("\n".join(own)), function)
        yield f"    {quote_place(place)}) {act} ;;"


def _fish_cases(
    table: Mapping[str, tuple[str, ...]], function: str = ""
) -> Iterable[str]:
    for place, lines in table.items():
        act = _act(lines, lambda own: " ".join(map(_fish_quote, own)), function)
        yield f"        case {_fish_quote(place)}\n            {act}"


def _act(
    lines: Sequence[str], quote: Callable[[Sequence[str]], str], function: str
) -> str:
    """Return the shell commands that print lines, and those that are shared."""
    own = [line for line in lines if not line.startswith("@")]
    acts = [f"printf '%s\\n' {quote(own)}"] if own else []
    acts += [f"{function}_words {line}" for line in lines if line.startswith("@")]
    return "; ".join(acts) or "return 1"


def _fish_quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


SCRIPTS: Mapping[str, Callable[[str, Words], str]] = {
    "bash": format_bash,
    "fish": format_fish,
    "zsh": format_zsh,
}
