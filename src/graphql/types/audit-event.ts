import type { AuditRecord } from '../../audit/audit.ts'
import { isAdmin } from '../authorization.ts'
import type { Builder } from '../builder.ts'
import { coreOf } from '../context.ts'
import { writeNodeId } from '../node-id.ts'
import type { NodeAccess } from '../node-queries.ts'
import { readPage } from '../page.ts'

const forAdmins: NodeAccess = async (_id, context) => isAdmin((await context.identity()).actor)

/** Adds what happened, newest first. */
export function addAuditEvents(builder: Builder): void {
  const AuditEvent = builder.objectRef<AuditRecord>('AuditEvent')
  builder.node(AuditEvent, {
    description: 'Something that happened, and is on record.',
    subGraphs: ['admin'],
    authScopes: { admin: true },
    extensions: { nodeAccess: forAdmins },
    id: { resolve: ({ id }) => id },
    loadOne: async (id, context) => (await coreOf(context).audit.find(id)) ?? null,
    fields: (t) => ({
      kind: t.exposeString('kind', { description: 'What happened: token.issued, app.created.' }),
      appId: t.id({
        nullable: true,
        description: 'The app that it is about.',
        resolve: ({ appId }) => (appId === undefined ? null : writeNodeId('App', appId)),
      }),
      userId: t.id({
        nullable: true,
        description: 'The user that it is about.',
        resolve: ({ userId }) => (userId === undefined ? null : writeNodeId('User', userId)),
      }),
      requestId: t.string({
        nullable: true,
        description: 'The request that did it, as in the log.',
        resolve: ({ requestId }) => requestId ?? null,
      }),
      details: t.string({
        description: 'What else is worth knowing, as JSON.',
        resolve: ({ details }) => JSON.stringify(details),
      }),
      createdAt: t.field({ type: 'DateTime', description: 'When it happened.', resolve: ({ createdAt }) => createdAt }),
    }),
  })
  builder.queryField('auditEvents', (t) =>
    t.connection(
      {
        type: AuditEvent,
        nullable: true,
        subGraphs: ['admin'],
        authScopes: { admin: true },
        description: 'What happened, newest first.',
        resolve: (_root, page, context) => readPage('auditEvents', page, (slice) => coreOf(context).audit.list(slice)),
      },
      { name: 'AuditEventConnection', subGraphs: ['admin'] },
      { name: 'AuditEventEdge', subGraphs: ['admin'] },
    ),
  )
}
