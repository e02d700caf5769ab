import { createHash, generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { indicatorId } from '@postern/intel'
import { AppKind } from '@postern/protocol'
import type { AppKind as Kind } from '@postern/protocol'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** One thing of every kind that a route names, by the name of the parameter that names it. */
export type World = {
  organizationId: string
  ownerId: string
  ownerName: string
  ids: Record<string, string>
  /** Executions that run, one a kind of app; the export's fills `ids.controlId` from `ids.collectionId`. */
  executions: Record<Kind, string>
}

/** Fills an organization with one of everything. `version` and `attempt` are numbers of what stands beside them. */
export async function makeWorld(db: Db, organizationId: string): Promise<World> {
  const name = `W ${randomBytes(6).toString('hex')}`
  const made = async (table: string, values: object): Promise<string> => {
    const columns = sql.join(Object.keys(values).map((column) => sql.ref(column)))
    const { rows } = await sql<{ id?: string }>`
      insert into ${sql.table(table)} (${columns}) values (${sql.join(Object.values(values))}) returning *`.execute(db)
    return rows[0]?.id ?? ''
  }

  const ownerId = await made('owner', { organization_id: organizationId, name })
  const environmentId = await made('environment', { organization_id: organizationId, name })
  const { publicKey } = generateKeyPairSync('x25519')
  const server = await db
    .insertInto('environment_server')
    .values({
      environment_id: environmentId,
      name,
      downloaded_by: 'test',
      enrolled_at: new Date(),
      confirmed_at: new Date(),
      public_key_pem: 'unused here',
      sealing_public_key: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
      last_heartbeat_at: new Date(),
    })
    .returning('server_xid')
    .executeTakeFirstOrThrow()
  const indicator = indicatorId('Host', `${name.slice(2)}.example.com`)
  await made('indicator', { id: indicator, type: 'Host', value: `${name.slice(2)}.example.com`, canonical_version: 1 })
  await made('assertion', {
    indicator_id: indicator,
    owner_id: ownerId,
    active: true,
    private: false,
    status: 'Active',
    tags: [],
    labels: [],
    added_at: new Date(),
    modified_at: new Date(),
  })
  const kept = await db
    .insertInto('stix_object')
    .values({
      owner_id: ownerId,
      object_id: 'identity--00000000-0000-4000-8000-000000000001',
      type: 'identity',
      version: new Date(),
      spec_version: '2.1',
      body: JSON.stringify({ type: 'identity', name }),
      body_sha256: randomBytes(32),
      outcome: 'kept',
      added_at: new Date(),
    })
    .returning('number')
    .executeTakeFirstOrThrow()
  const collectionId = await made('collection', {
    organization_id: organizationId,
    name,
    tql: `typeName = "Host" and ownerName = "${name}"`,
    freshness_seconds: 60,
    version: 1,
    member_count: 1,
  })
  const versionRow = {
    collection_id: collectionId,
    version: 1,
    member_count: 1,
    entered: 1,
    departed: 0,
    made_at: new Date(),
  }
  await made('collection_version', versionRow)
  await made('collection_member', {
    collection_id: collectionId,
    indicator_id: indicator,
    from_version: 1,
    active: true,
  })
  const controlId = await made('control', { organization_id: organizationId, name, program_name: 'w' })
  const tokenId = await made('api_token', {
    organization_id: organizationId,
    name,
    role: 'read-only',
    token_sha256: randomBytes(32),
    created_by: 'test',
    expires_at: new Date(Date.now() + 86_400_000),
  })

  const readerId = await made('reader', {
    organization_id: organizationId,
    name,
    token_sha256: randomBytes(32),
    created_by: 'test',
  })

  const exclusionListId = await made('exclusion_list', {
    organization_id: organizationId,
    name,
    kind: 'own',
    matching: 'value',
    mode: 'inform',
    at_import: true,
    at_export: true,
  })
  const linked = indicatorId('Host', `${name.slice(2)}.example.net`)
  await made('indicator', { id: linked, type: 'Host', value: `${name.slice(2)}.example.net`, canonical_version: 1 })
  const [one, other] = [indicator, linked].sort()
  await made('indicator_link', { indicator_id: one, owner_id: ownerId, linked_id: other, kind: 'Same File' })
  const group = { owner_id: ownerId, name, tags: [], labels: [], added_at: new Date(), modified_at: new Date() }
  const groupId = await made('library_group', { ...group, xid: name, type: 'Report' })
  const otherId = await made('library_group', { ...group, xid: `other ${name}`, type: 'Adversary' })
  const attributeTypeId = await made('attribute_type', { organization_id: organizationId, name })
  const listName = `w-${readerId}`
  const firewallListId = await made('firewall_list', {
    organization_id: organizationId,
    name: listName,
    collection_id: collectionId,
    format: 'text',
  })

  const rootId = await made('taxii_root', { organization_id: organizationId, name: `w-${readerId}`, title: name })
  const taxiiCollectionId = await made('taxii_collection', {
    id: randomUUID(),
    root_id: rootId,
    title: name,
    owner_id: ownerId,
    can_read: true,
    can_write: true,
  })

  const ruleId = await made('notification_rule', {
    organization_id: organizationId,
    kinds: ['failed'],
    recipients: ['soc@example.org'],
    created_by: 'test',
    created_at: new Date(),
  })

  const executions = {} as Record<Kind, string>
  let [appId, jobId, sha256] = ['', '', '']
  for (const kind of AppKind.options) {
    sha256 = createHash('sha256').update(`${name} ${kind}`).digest('hex')
    await made('package', { sha256, bytes: 7 })
    await made('package_chunk', { sha256, number: 0, content: Buffer.from('package') })
    appId = await made('app', { program_name: `${name} ${kind}`, kind, display_name: name })
    const versionId = await made('app_version', appVersion(appId, sha256, kind))
    jobId = await made('job', {
      organization_id: organizationId,
      name: `${name} ${kind}`,
      app_id: appId,
      environment_id: environmentId,
      owner_id: kind === 'export' ? null : ownerId,
      control_id: kind === 'export' ? controlId : null,
      timeout_seconds: 3600,
    })
    if (kind === 'export') await made('job_collection', { job_id: jobId, collection_id: collectionId })
    executions[kind] = await made('execution', {
      organization_id: organizationId,
      job_id: jobId,
      app_version_id: versionId,
      environment_id: environmentId,
      trigger: 'run-now',
      started_by: 'test',
      state: 'running',
      deadline_at: new Date(Date.now() + 3_600_000),
      started_at: new Date(),
    })
    await made('attempt', {
      execution_id: executions[kind],
      number: 1,
      server_xid: server.server_xid,
      state: 'running',
      placement: 'pinned',
      repeatable: true,
      dispatched_at: new Date(),
      accepted_at: new Date(),
      started_at: new Date(),
      takeover_at: new Date(Date.now() + 3_600_000),
    })
  }
  const written = {
    organization_id: organizationId,
    control_id: controlId,
    target: 'blocked',
    execution_id: executions.export,
    attempt: 1,
    collection_id: collectionId,
    collection_version: 1,
    desired: 0,
    held: 0,
    not_taken: '{}',
    created_at: new Date(),
  }
  const planId = await made('plan', {
    ...written,
    holder_execution_id: executions.export,
    held_digest: 'a'.repeat(64),
    checksum: createHash('sha256')
      .update(`add\tHost\ta.example.com\n1\n${'a'.repeat(64)}\n`)
      .digest('hex'),
    guards: '[]',
  })
  const receiptId = await made('receipt', {
    ...written,
    state: 'in-sync',
    missing: 0,
    extra: 0,
    added: 0,
    removed: 0,
    unverified_transport: false,
  })
  const batchId = await made('batch', {
    organization_id: organizationId,
    owner_id: ownerId,
    execution_id: executions.feed,
    sent_by: 'test',
    state: 'created',
    action: 'Create',
    config: JSON.stringify({ owner: name, action: 'Create' }),
  })
  const userId = await made('user_account', {
    organization_id: organizationId,
    username: `user-${readerId}`,
    role: 'analyst',
    password_hash: 'no password',
  })
  return {
    organizationId,
    ownerId,
    ownerName: name,
    executions,
    ids: {
      environmentId,
      serverXid: server.server_xid,
      appId,
      jobId,
      executionId: executions.feed,
      attempt: '1',
      tokenId,
      userId,
      readerId,
      exclusionListId,
      rootId,
      firewallListId,
      name: listName,
      taxiiCollectionId,
      root: `w-${readerId}`,
      collection: taxiiCollectionId,
      object: 'indicator--00000000-0000-4000-8000-000000000001',
      status: '00000000-0000-4000-8000-000000000001',
      sha256,
      indicatorId: indicator,
      linkedId: linked,
      ownerId,
      groupId,
      otherId,
      attributeTypeId,
      keptTextId: kept.number,
      collectionId,
      version: '1',
      controlId,
      planId,
      ruleId,
      receiptId,
      batchId,
    },
  }
}

function appVersion(appId: string, sha256: string, kind: Kind) {
  return {
    app_id: appId,
    program_version: '1.0.0',
    package_sha256: sha256,
    package_bytes: 7,
    install_json: JSON.stringify({
      displayName: 'App of a world',
      programLanguage: 'NODE',
      programMain: 'app.mjs',
      programVersion: '1.0.0',
      runtimeLevel: 'Organization',
      params: [{ name: 'url', label: 'URL' }],
    }),
    postern_json: JSON.stringify({ kind }),
    publisher_key_id: '0123456789abcdef',
    signature: randomBytes(64),
    vouched_by: 'its publisher',
    is_current: true,
  }
}
