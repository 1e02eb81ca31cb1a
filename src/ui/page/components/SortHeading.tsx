import type { ComponentChildren } from "preact"

/** The heading of a column by which a table can be sorted; another click sorts the other way. */
export const SortHeading = ({
  descending,
  first,
  isSorted,
  kind,
  onSort,
  text
}: {
  readonly text: ComponentChildren
  readonly kind: "text" | "number"
  readonly isSorted: boolean
  readonly descending: boolean
  /** The order of the first click. */
  readonly first: "ascending" | "descending"
  readonly onSort: (descending: boolean) => void
}) => (
  <th
    scope="col"
    data-kind={kind}
    aria-sort={isSorted ? (descending ? "descending" : "ascending") : undefined}
  >
    <button type="button" onClick={() => onSort(isSorted ? !descending : first === "descending")}>
      {text}
      <span class="sort" aria-hidden="true">
        {isSorted ? (descending ? "↓" : "↑") : ""}
      </span>
    </button>
  </th>
)
