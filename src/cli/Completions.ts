import * as Help from "./Help.js"

/** The shells that a script can be printed for. */
export const shells = ["bash", "zsh", "fish"] as const
export type Shell = (typeof shells)[number]

/** Whether `word` names a shell that a script can be printed for. */
export const isShell = (word: string | undefined): word is Shell =>
  (shells as ReadonlyArray<string | undefined>).includes(word)

/** A script that completes commands, their options, and files, from the table that is also the help. */
export const script = (shell: Shell, commands: Readonly<Record<string, Help.Help>>): string =>
  ({ bash, zsh, fish })[shell](commands)

type Commands = Readonly<Record<string, Help.Help>>

const names = (commands: Commands): string => Object.keys(commands).join(" ")

const bash = (commands: Commands): string =>
  `_holdfast() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(commands)} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${Object.entries(commands)
  .map(([name, help]) => `    ${name}) options="${Help.optionNames(help).join(" ")}" ;;`)
  .join("\n")}
  esac
  case "\${COMP_WORDS[1]} $word" in
    help\\ *) COMPREPLY=($(compgen -W "${names(commands)}" -- "$word")) ;;
    *\\ -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _holdfast holdfast
`

const zsh = (commands: Commands): string =>
  `_holdfast() {
  if (( CURRENT == 2 )); then
    local -a commands
    commands=(
${Object.entries(commands)
  .map(([name, help]) => `      ${quoted(`${name}:${help.summary}`)}`)
  .join("\n")}
    )
    _describe command commands
    return
  fi
  case "\${words[2]}" in
${Object.entries(commands)
  .map(
    ([name, help]) =>
      `    ${name}) _arguments ${Help.optionNames(help).map(quoted).join(" ")} '*:file:_files' ;;`
  )
  .join("\n")}
  esac
}
compdef _holdfast holdfast
`

const fish = (commands: Commands): string =>
  Object.entries(commands)
    .flatMap(([name, help]) => [
      `complete -c holdfast -n __fish_use_subcommand -f -a ${name} -d ${quoted(help.summary)}`,
      ...Help.optionNames(help)
        .filter((option) => option.startsWith("--"))
        .map(
          (option) =>
            `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`
        )
    ])
    .map((line) => `${line}\n`)
    .join("")

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
