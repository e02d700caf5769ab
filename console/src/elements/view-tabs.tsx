import { Tabs } from '@mantine/core'

interface ViewTabsProps<View extends string> {
  /** What the tabs are of, for whoever does not see them. */
  label: string
  /** What stands on the tab of each view, in their order. */
  names: Readonly<Record<View, string>>
  /** Those that are shown; all of them, unless given. */
  shown?: readonly View[]
  opened: View
  onOpen: (view: View) => void
  /** A view that is not open stays in the page, with what somebody has typed there. */
  keepsViews?: boolean
  /** A `Tabs.Panel` for each view; none where each is a page of its own. */
  children?: React.ReactNode
}

/** The views of a page, one of which is open. */
export function ViewTabs<View extends string>({
  label,
  names,
  // The keys of a record of views are views.
  shown = Object.keys(names) as View[],
  opened,
  onOpen,
  keepsViews = false,
  children,
}: ViewTabsProps<View>) {
  return (
    <Tabs
      value={opened}
      onChange={(next) => {
        const chosen = shown.find((view) => view === next)
        if (chosen) onOpen(chosen)
      }}
      keepMounted={keepsViews}
      // Another page takes the focus to its content: arrows would lead no further than to the next tab.
      activateTabWithKeyboard={children !== undefined}
    >
      <Tabs.List aria-label={label}>
        {shown.map((view) => (
          <Tabs.Tab key={view} value={view}>
            {names[view]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {children}
    </Tabs>
  )
}
