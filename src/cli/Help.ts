import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Span from "@effect/cli/HelpDoc/Span"

/** A command's description, and lines to copy with what each does. */
export const describe = (
  description: string,
  examples: ReadonlyArray<readonly [line: string, does: string]>
): HelpDoc.HelpDoc =>
  HelpDoc.blocks([
    HelpDoc.p(description),
    HelpDoc.h1("EXAMPLES"),
    ...examples.map(([line, does]) =>
      HelpDoc.p(Span.spans([Span.text(`$ ${line}`), Span.text(`  # ${does}`)]))
    )
  ])
