import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { Authority, connectDatabase, Keys, readSecretKey, SecretBox } from '@postern/hub'
import type pg from 'pg'
import { fleetServers, serversAnEnvironment } from './config.ts'
import type { FleetFile, Identity } from './identity.ts'

/** Where the hub under test keeps its rows, and the key that opens its keys. */
export type HubStore = { database: pg.Client; databaseUrl: string; secretKeyFile: string }

/** What the bare broker shows: of the same CA as the edge's. */
export type BrokerTls = { cert: string; key: string; ca: string }

type Enrolled = Identity & { publicKey: string; serial: string; tokenSha256: string }

const insertRows = `
  with made as (
    insert into environment (organization_id, name)
    select (select min(id) from organization), 'Fleet ' || number from generate_series(1, ceil($1::numeric / $2)::int) number
    returning id)
  insert into environment_server (environment_id, name, downloaded_by)
  select id, 'Server', 'bench' from made cross join generate_series(1, $2::int)
  limit $1 returning server_xid`

const completeRows = `
  update environment_server s
  set name = 'Server ' || s.server_xid, enrolled_at = now(), confirmed_at = now(), confirmed_by = 'bench',
    public_key_pem = each."publicKey", sealing_public_key = decode(each."tokenSha256", 'hex'),
    certificate_serial = each.serial, broker_token_sha256 = decode(each."tokenSha256", 'hex')
  from json_to_recordset($1::json) as each ("serverXid" bigint, "publicKey" text, serial text, "tokenSha256" text)
  where s.server_xid = each."serverXid"`

/**
 * Environment servers as their enrolment leaves them, in the hub's tables and in the fleet's file: each with a key of its own, a certificate
 * of the hub's CA and a broker token. Nothing is ever sealed to them, so that any bytes stand for that key.
 */
export async function enrolFleet(store: HubStore): Promise<{ fleet: FleetFile; tls: BrokerTls }> {
  const connection = connectDatabase(store.databaseUrl, () => {})
  try {
    const authority = new Authority(new Keys(connection.db, new SecretBox(readSecretKey(store.secretKeyFile, false))))
    const { rows } = await store.database.query<{ server_xid: string }>(insertRows, [
      fleetServers,
      serversAnEnvironment,
    ])
    const enrolled: Enrolled[] = []
    for (const { server_xid: serverXid } of rows) enrolled.push(await enrol(authority, serverXid))
    const stored = enrolled.map(({ serverXid, publicKey, serial, tokenSha256 }) => ({
      serverXid,
      publicKey,
      serial,
      tokenSha256,
    }))
    await store.database.query(completeRows, [JSON.stringify(stored)])
    await store.database.query('vacuum analyze environment_server')
    const ca = await authority.certificatePem()
    const shown = await authority.issueServerCertificate(['localhost', '127.0.0.1'])
    return {
      fleet: { caPem: ca, identities: enrolled },
      tls: { cert: `${shown.certificatePem}\n${ca}`, key: shown.privateKeyPem, ca },
    }
  } finally {
    await connection.close()
  }
}

async function enrol(authority: Authority, serverXid: string): Promise<Enrolled> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const publicKey = createPublicKey(privateKey)
  const { certificatePem, serial } = await authority.issueClientCertificate(serverXid, publicKey, new Date())
  const brokerToken = `psb_${randomBytes(32).toString('base64url')}`
  return {
    serverXid,
    brokerToken,
    certificate: certificatePem,
    privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    serial,
    tokenSha256: createHash('sha256').update(brokerToken).digest('hex'),
  }
}
