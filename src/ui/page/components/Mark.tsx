/** A shape in a box of 14, which stands for nothing that no text says. */
export const Mark = ({ shape }: { readonly shape: string }) => (
  <svg viewBox="0 0 14 14" aria-hidden="true">
    <path d={shape} />
  </svg>
)
