/** The values that a parameter of a trial may have. */
export type Parameter =
  | { readonly kind: "uniform"; readonly low: number; readonly high: number }
  | { readonly kind: "log_uniform"; readonly low: number; readonly high: number }
  | {
      readonly kind: "int"
      readonly low: number
      /** Included. */
      readonly high: number
      /** 1 unless given. */
      readonly step?: number
      readonly log?: boolean
    }
  | { readonly kind: "choice"; readonly choices: ReadonlyArray<unknown> }

/** Parameters by the dotted path of the config's field that each sets. */
export type Space = Readonly<Record<string, Parameter>>
