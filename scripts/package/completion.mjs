// Completion for bash and zsh, made of the table of commands: words and options are in the script, names of routers, services
// and servers are asked of the daemon that runs (`lvs-director names`), which a shell waits 300 ms for, or LVS_DIRECTOR_COMPLETION_SECONDS. Pure.

/** What an argument or the value of an option is, by the word that the usage has for it. */
const valueKinds = {
  FILE: 'files',
  LOG: 'files',
  PATH: 'files',
  SERVICE: 'services',
  REAL: 'servers',
  ROUTER: 'routers',
};
const kindsOf = (words) =>
  [
    ...new Set(
      (words.match(/[A-Z]+/g) ?? []).map((word) => (word === 'INSTANCE' ? 'routers' : valueKinds[word])),
    ),
  ].filter((kind) => kind !== undefined);
/** Of "[routers|services|servers]": the words themselves. */
const literalsOf = (word) => (/^\[[a-z|]+\]$/.test(word) ? word.slice(1, -1).split('|') : []);

const optionsOf = ({ options }) => [
  ...Object.entries(options).map(([name, { type, short, usage = '' }]) => ({
    words: [`--${name}`, ...(short === undefined ? [] : [`-${short}`])],
    takesValue: type === 'string',
    kinds: type === 'string' ? valueKindsOf(name, usage) : [],
  })),
  { words: ['--help', '-h'], takesValue: false, kinds: [] },
];
const valueKindsOf = (name, usage) => (usage === '' && name === 'service' ? ['services'] : kindsOf(usage));

const rowsOf = (commands) =>
  Object.entries(commands).map(([name, command]) => ({
    name,
    summary: command.summary,
    options: optionsOf(command),
    kinds: [...new Set((command.takes ?? []).flatMap(kindsOf))],
    literals: (command.takes ?? []).flatMap(literalsOf),
  }));

const firstWords = (rows) => [...new Set(rows.map(({ name }) => name.split(' ')[0]))];
/** Of "ipvs list" and "ipvs save": ipvs, [list, save]. */
const pairsOf = (rows) => {
  const pairs = rows.map(({ name }) => name.split(' ')).filter(({ length }) => length === 2);
  return [...new Set(pairs.map(([first]) => first))].map((first) => [
    first,
    pairs.filter(([each]) => each === first).map(([, second]) => second),
  ]);
};

export function bashCompletion(commands, verbs) {
  const rows = rowsOf(commands);
  return `# bash completion for lvs-director(8) and lvs-director-ldirectord(8)

# Names of a kind, one a line; nothing where no daemon answers at once.
_lvs_director_names() {
  timeout "\${LVS_DIRECTOR_COMPLETION_SECONDS:-0.3}" lvs-director names "$@" 2>/dev/null
}

# Candidates, one a line on standard input, that begin with the word. Bash ends words at colons, so what stands before the last
# one is not to be written again.
_lvs_director_offer() {
  local word=$1 each before=
  case $COMP_WORDBREAKS in *:*) before=\${word%"\${word##*:}"} ;; esac
  COMPREPLY=()
  while IFS= read -r each; do
    each=\${each// /\\\\ }
    [[ $each == "$word"* ]] && COMPREPLY+=("\${each#"$before"}")
  done
}

_lvs_director() {
  local line=\${COMP_LINE:0:COMP_POINT} words word previous command
  read -ra words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  word=\${words[-1]}
  previous=\${words[-2]}
  COMPREPLY=()
  if ((\${#words[@]} == 2)); then
    _lvs_director_offer "$word" <<<'${[...firstWords(rows), '--help', '--version'].join('\n')}'
    return
  fi
  command=\${words[1]}
  case $command in
${pairsOf(rows)
  .map(
    ([first, seconds]) => `    ${first})
      if ((\${#words[@]} == 3)); then
        _lvs_director_offer "$word" <<<'${seconds.join('\n')}'
        return
      fi
      command="$command \${words[2]}"
      ;;`,
  )
  .join('\n')}
  esac
  case "$command $previous" in
${rows.flatMap(bashValues).join('\n')}
  esac
  case $command in
${rows.map(bashWords).join('\n')}
  esac
}

_lvs_director_ldirectord() {
  local word=\${COMP_WORDS[COMP_CWORD]}
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -W '${verbs.join(' ')} --debug --help --version' -- "$word"; compgen -f -- "$word")
}

complete -F _lvs_director lvs-director
complete -F _lvs_director_ldirectord lvs-director-ldirectord
`;
}

/** How candidates of kinds come about. */
const bashOffer = (kinds) => {
  if (kinds.includes('files'))
    return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$word")';
  if (kinds.length === 0) return ':';
  return `_lvs_director_offer "$word" < <(${kinds.map((kind) => `_lvs_director_names ${kind}`).join('; ')})`;
};

function bashValues({ name, options }) {
  return options
    .filter(({ takesValue }) => takesValue)
    .map(({ words, kinds }) => {
      const patterns = words.map((word) => `'${name} ${word}'`).join(' | ');
      return `    ${patterns}) ${bashOffer(kinds)}; return ;;`;
    });
}

function bashWords({ name, options, kinds, literals }) {
  const words = options.flatMap((option) => option.words).filter((word) => word.startsWith('--'));
  const offer =
    literals.length > 0 ? `_lvs_director_offer "$word" <<<'${literals.join('\n')}'` : bashOffer(kinds);
  return `    '${name}')
      if [[ $word == -* ]]; then
        _lvs_director_offer "$word" <<<'${words.join('\n')}'
      else
        ${offer}
      fi
      ;;`;
}

export function zshCompletion(commands, verbs) {
  const rows = rowsOf(commands);
  return `#compdef lvs-director lvs-director-ldirectord
# zsh completion for lvs-director(8) and lvs-director-ldirectord(8)

# Names of each kind; nothing where no daemon answers at once.
_lvs_director_names() {
  local kind
  local -a names
  for kind; do names+=(\${(f)"$(timeout \${LVS_DIRECTOR_COMPLETION_SECONDS:-0.3} lvs-director names $kind 2>/dev/null)"}); done
  compadd -a names
}

_lvs_director_commands() {
  local -a list
  list=(
${rows
  .map(({ name, summary }) => [name.split(' ')[0], summary])
  .filter(([name], index, all) => all.findIndex(([each]) => each === name) === index)
  .map(([name, summary]) => `    ${zshQuoted(`${name}:${summary}`)}`)
  .join('\n')}
  )
  _describe -t commands command list
}

_lvs_director() {
  local curcontext=$curcontext state line
  local -A opt_args
  if [[ $service == lvs-director-ldirectord ]]; then
    _arguments '(-d --debug)'{-d,--debug}'[in the foreground]' '*:file or verb:_alternative "verbs:verb:(${verbs.join(' ')})" "files:file:_files"'
    return
  fi
  _arguments -C '(- *)--help[the commands]' '(- *)--version[the version]' '1:command:_lvs_director_commands' '*::argument:->arguments'
  [[ $state == arguments ]] || return
  local command=$words[1]
${pairsOf(rows)
  .map(
    ([first, seconds]) => `  if [[ $command == ${first} ]]; then
    if (( CURRENT == 2 )); then
      compadd ${seconds.join(' ')}
      return
    fi
    command="$command $words[2]"
    shift words
    (( CURRENT-- ))
  fi`,
  )
  .join('\n')}
  case $command in
${rows.map(zshRow).join('\n')}
  esac
}

_lvs_director "$@"
`;
}

const zshQuoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const zshAction = (kinds) => {
  if (kinds.includes('files')) return '_files';
  return kinds.length === 0 ? ' ' : `{ _lvs_director_names ${kinds.join(' ')} }`;
};

function zshRow({ name, options, kinds, literals }) {
  const specs = options.flatMap(({ words, takesValue, kinds: values }) =>
    words.map((word) => {
      const others = words.length > 1 ? `(${words.join(' ')})` : '';
      return zshQuoted(`${others}${word}${takesValue ? `:value:${zshAction(values)}` : ''}`);
    }),
  );
  const action = literals.length > 0 ? `(${literals.join(' ')})` : zshAction(kinds);
  return `    ${zshQuoted(name)})
      _arguments ${[...specs, zshQuoted(`*:argument:${action}`)].join(' \\\n        ')}
      ;;`;
}
