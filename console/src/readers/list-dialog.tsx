import { FirewallList } from '@postern/protocol'
import { useState } from 'react'
import { api } from '../api/api.ts'
import { changedFields } from '../api/changed-fields.ts'
import { paths } from '../api/paths.ts'
import { readerKeys } from '../api/reader-queries.ts'
import { useWrite } from '../api/use-write.ts'
import { Check, Checks } from '../elements/check.tsx'
import { ChoiceField } from '../elements/choice-field.tsx'
import { indicatorTypeChoices, wordChoices } from '../elements/choices.ts'
import { EditDialog } from '../elements/edit-dialog.tsx'
import { fieldsOf } from '../elements/fields-of.ts'
import { FiguresField } from '../elements/figures-field.tsx'
import form from '../elements/form.module.css'
import { NameField, TextField } from '../elements/text-field.tsx'
import { NotTaken } from '../executions/export/not-taken.tsx'
import { plainText } from '../format/text-pieces.ts'
import { HeldVersion } from './held-version.tsx'
import { bodyOfChange, bodyOfNew, draftOf, type ListDraft, mistakesOf } from './list-draft.ts'
import { leftOutByReason, listFormatWords } from './list-words.ts'
import { SourceField, TlpMaxField } from './served-fields.tsx'

/** Makes a firewall list, or changes one; where a version is held back, it is released here. */
export function ListDialog({ list, onClose }: { list?: FirewallList; onClose: () => void }) {
  const [draft, setDraft] = useState<ListDraft>(() => draftOf(list))
  const field = fieldsOf(draft, setDraft)
  const change = (changes: Partial<ListDraft>) => setDraft({ ...draft, ...changes })
  const path = list === undefined ? paths.firewallLists : paths.firewallList(list.id)
  const save = useWrite({
    write: () => {
      if (list === undefined) return api(path, { method: 'POST', body: bodyOfNew(draft), reply: FirewallList })
      const body = changedFields(bodyOfChange(draftOf(list)), bodyOfChange(draft))
      return api(path, { method: 'PATCH', body, reply: FirewallList })
    },
    said: 'The list is saved',
    touches: [readerKeys.lists],
    onDone: onClose,
  })
  return (
    <EditDialog
      title={list === undefined ? 'New firewall list' : `List ${plainText(list.name)}`}
      confirm={list === undefined ? 'Make the list' : 'Save the list'}
      mistakes={mistakesOf(draft)}
      onClose={onClose}
      action={save}
      removal={list && removalOf(path)}
    >
      {list?.held && <HeldVersion list={list} held={list.held} onClose={onClose} />}
      {list && <NotTaken notTaken={Object.fromEntries(leftOutByReason(list))} />}
      <NameField
        hint="The last part of its address, /lists/<name>. Letters, digits, _ and -."
        lengthMax={64}
        value={draft.name}
        onChange={(name) => change({ name: name.replaceAll(/[^\w-]/g, '') })}
      />
      <div className={form['row']}>
        <SourceField kind="collection" {...field('collection')} />
        <ChoiceField {...field('format')} label="Format" choices={wordChoices(listFormatWords)} />
      </div>
      <Checks
        name="indicatorTypes"
        legend="Types"
        hint="None ticked means every type that the format can say."
        choices={indicatorTypeChoices}
        chosen={draft.indicatorTypes}
        onChange={(indicatorTypes) => change({ indicatorTypes })}
      />
      <div className={form['row']}>
        <TlpMaxField {...field('tlpMax')} />
        <FiguresField {...field('valuesMax')} label="Values at most" placeholder="No limit" lengthMax={9} />
        <FiguresField {...field('shrinkPercentMax')} label="May shrink by, in percent" lengthMax={3} />
      </div>
      <div className={form['row']}>
        <FiguresField {...field('ipv4PrefixMin')} label="Widest IPv4 network: /" lengthMax={2} />
        <FiguresField {...field('ipv6PrefixMin')} label="Widest IPv6 network: /" lengthMax={3} />
      </div>
      <p className={form['hint']}>A network that is wider stays out of the list, and is counted.</p>
      <TextField
        {...field('openNetworks')}
        label="Networks that need no credential"
        hint="As 192.0.2.0/24, parted by spaces; empty for none."
        isCode
      />
      <Check
        name="isPublic"
        label={
          <span className={form['danger']}>Public: anyone who reaches the hub may fetch it, without a credential</span>
        }
        checked={draft.isPublic}
        onChange={(isPublic) => change({ isPublic })}
      />
    </EditDialog>
  )
}

function removalOf(path: string) {
  return {
    noun: 'list',
    path,
    touches: [readerKeys.lists, readerKeys.readers],
    words: (
      <p>
        Its address is answered as if it had never been; firewalls keep what they fetched last, as each of them does.
      </p>
    ),
  }
}
