import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { t } from "../../language/Text.js"
import { Output } from "../../terminal/Output.js"
import * as Command from "../Command.js"

const shells = ["bash", "zsh", "fish"] as const
type Shell = (typeof shells)[number]

const isShell = (word: string): word is Shell => (shells as ReadonlyArray<string>).includes(word)

/** `holdfast completions`, of `commands`. */
export const completions = (commands: () => Command.Table): Command.Command =>
  Command.make({
    name: "completions",
    summary: t`Print a shell script that completes commands and options`,
    examples: [
      ["holdfast completions bash >> ~/.bashrc", t`for bash`],
      ["holdfast completions zsh >> ~/.zshrc", t`for zsh, after compinit`],
      ["holdfast completions fish > ~/.config/fish/completions/holdfast.fish", t`for fish`]
    ],
    arguments: {
      shell: {
        ...Command.argument(t`bash, zsh or fish`),
        read: ([word = ""]) =>
          isShell(word)
            ? Either.right(word)
            : Either.left(t`${word} is not a supported shell; choose one of ${shells.join(", ")}`)
      }
    },
    options: {},
    run: ({ shell }) => Effect.flatMap(Output, ({ out }) => out(script(shell, commands())))
  })

/** A script that completes commands, their options, and files. */
export const script = (shell: Shell, commands: Command.Table): string =>
  ({ bash, zsh, fish })[shell]([...commands.values()])

type Commands = ReadonlyArray<Command.Command>

const names = (commands: Commands): string => commands.map(({ name }) => name).join(" ")

/** The options of a command, each with its two dashes. */
const optionsOf = (command: Command.Command): ReadonlyArray<string> =>
  Object.keys(command.options).map((name) => `--${name}`)

const bash = (commands: Commands): string =>
  `_holdfast() {
  local word="\${COMP_WORDS[COMP_CWORD]}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names(commands)} --help --version" -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${commands
  .map((command) => `    ${command.name}) options="${optionsOf(command).join(" ")}" ;;`)
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
${commands.map(({ name, summary }) => `      ${quoted(`${name}:${summary}`)}`).join("\n")}
    )
    _describe command commands
    return
  fi
  case "\${words[2]}" in
${commands
  .map(
    (command) =>
      `    ${command.name}) _arguments ${optionsOf(command).map(quoted).join(" ")} '*:file:_files' ;;`
  )
  .join("\n")}
  esac
}
compdef _holdfast holdfast
`

const fish = (commands: Commands): string =>
  commands
    .flatMap(({ name, options, summary }) => [
      `complete -c holdfast -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
      ...Object.keys(options).map(
        (option) => `complete -c holdfast -n '__fish_seen_subcommand_from ${name}' -l ${option}`
      )
    ])
    .map((line) => `${line}\n`)
    .join("")

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
