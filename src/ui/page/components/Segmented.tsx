/** One of a few choices, all of them in sight. */
export const Segmented = <A extends string>({
  label,
  onChange,
  options,
  value
}: {
  readonly label: string
  readonly value: A
  readonly options: ReadonlyArray<readonly [A, string]>
  readonly onChange: (value: A) => void
}) => (
  <div class="segmented" role="group" aria-label={label}>
    {options.map(([option, text]) => (
      <button
        key={option}
        type="button"
        aria-pressed={option === value}
        onClick={() => onChange(option)}
      >
        {text}
      </button>
    ))}
  </div>
)
