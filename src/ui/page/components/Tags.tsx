/** The tags of a run. */
export const Tags = ({ tags }: { readonly tags: ReadonlyArray<string> }) => (
  <>
    {tags.map((tag) => (
      <span class="tag" key={tag}>
        {tag}
      </span>
    ))}
  </>
)
