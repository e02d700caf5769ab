import { Button } from '@mantine/core'
import { DeprecationRules } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { useMay } from '../access/rights.ts'
import { apiTagged, type Tagged } from '../api/api.ts'
import { ownerKeys, ownerQueries } from '../api/owner-queries.ts'
import { paths } from '../api/paths.ts'
import { otherThanOutdated, useEdited } from '../api/use-edited.ts'
import { useWrite } from '../api/use-write.ts'
import { ChangedMeanwhile } from '../elements/changed-meanwhile.tsx'
import { EmptyState } from '../elements/empty-state.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { Section } from '../elements/section.tsx'
import { SkeletonRows } from '../elements/skeleton-rows.tsx'
import { indicatorTypeChoices } from '../elements/choices.ts'
import { formatCountOf } from '../format/quantities.ts'
import classes from './owners.module.css'
import { draftOfRule, mistakesOf, newRule, ruleOf } from './rule-draft.ts'
import { RuleEffects } from './rule-effects.tsx'
import { RuleFields } from './rule-fields.tsx'

/** How an owner's assertions lose confidence while it does not repeat them (D24). */
export function DeprecationSection({ ownerId }: { ownerId: string }) {
  const query = useQuery({ ...ownerQueries.deprecation(ownerId), refetchOnWindowFocus: false })
  const rules = query.data?.content
  return (
    <Section
      title="Deprecation"
      summary={rules && (rules.rules.length === 0 ? 'Its assertions keep their confidence' : rulesWords(rules))}
    >
      {query.isPending && <SkeletonRows label="Loading the rules" rows={3} />}
      {query.isError && <ProblemAlert what="The rules" error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && <RulesForm key={ownerId} ownerId={ownerId} newest={query.data} />}
    </Section>
  )
}

function rulesWords({ rules }: DeprecationRules): string {
  return `${formatCountOf(rules.length, 'rule')}, applied to old and new assertions alike`
}

function draftsOf({ rules }: DeprecationRules) {
  return rules.map(draftOfRule)
}

function RulesForm({ ownerId, newest }: { ownerId: string; newest: Tagged<DeprecationRules> }) {
  const mayWrite = useMay('write')
  const edited = useEdited(newest, draftsOf)
  const { draft: rules, setDraft: setRules, stored, ifMatch } = edited
  const save = useWrite({
    write: () =>
      apiTagged(paths.ownerDeprecation(ownerId), {
        method: 'PUT',
        body: { rules: rules.map(ruleOf) },
        reply: DeprecationRules,
        ifMatch,
      }),
    said: 'The rules are saved',
    touches: [ownerKeys.all],
    onDone: edited.onSaved,
  })
  const refused = otherThanOutdated(save.error, edited.isOutdated)
  const isChanged = JSON.stringify(rules.map(ruleOf)) !== JSON.stringify(stored.rules)
  const isWhole = rules.every((rule) => Object.keys(mistakesOf(rule, rules)).length === 0)
  const add = () => {
    const used = new Set(rules.map(({ indicatorType }) => indicatorType))
    const type = ['*', ...indicatorTypeChoices.map(({ value }) => value)].find((each) => !used.has(each)) ?? '*'
    setRules([...rules, newRule(Math.max(0, ...rules.map(({ key }) => key)) + 1, type)])
  }
  return (
    <form
      className={classes['rules']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (isWhole) save.mutate()
      }}
    >
      {rules.length === 0 && (
        <EmptyState title="No rule">
          With a rule, what this owner does not repeat loses confidence step by step, and is made inactive or deleted at
          the end: a feed that never takes back does not fill a list for ever.
        </EmptyState>
      )}
      {rules.map((rule) => (
        <RuleFields
          key={rule.key}
          rule={rule}
          all={rules}
          isReadOnly={!mayWrite}
          onChange={(changed) => setRules(rules.map((each) => (each.key === rule.key ? changed : each)))}
          onRemove={() => setRules(rules.filter(({ key }) => key !== rule.key))}
        />
      ))}
      {mayWrite && isChanged && isWhole && <RuleEffects ownerId={ownerId} rules={rules.map(ruleOf)} />}
      {refused !== null && <ProblemAlert what="The rules were not saved" error={refused} />}
      {edited.isOutdated && <ChangedMeanwhile what="the rules" edited={edited} onDecided={save.reset} />}
      {mayWrite && (
        <div className={form['actions']}>
          <Button
            className={form['stretch'] ?? ''}
            variant="default"
            leftSection={<Icon name="plus" size={14} />}
            onClick={add}
          >
            Add a rule
          </Button>
          {isChanged && (
            <Button variant="default" onClick={edited.undo}>
              Undo the changes
            </Button>
          )}
          <Button type="submit" disabled={!isChanged || !isWhole} loading={save.isPending}>
            Save the rules
          </Button>
        </div>
      )}
    </form>
  )
}
