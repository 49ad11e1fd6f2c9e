import type { Endpoint } from 'grantql/plugin'
import { answerMe } from './me.ts'
import { placeOfPath } from './place.ts'
import { revokeToken, revokeTokens } from './revoke.ts'
import { answerToken } from './token.ts'

const TOKEN_PATHS = ['/management/token', '/:organization/:application/token']

/** Under the same methods as in Usergrid, which tells little between them. */
export const endpoints: readonly Endpoint[] = [
  ...(['GET', 'POST'] as const).flatMap((method): Endpoint[] => [
    ...TOKEN_PATHS.map(
      (path): Endpoint => ({
        method,
        path,
        handle: (ctx, request, parameters) => answerToken(ctx, request, placeOfPath(parameters)),
      }),
    ),
    { method, path: '/management/me', handle: answerMe },
  ]),
  ...(['POST', 'PUT'] as const).flatMap((method): Endpoint[] => [
    {
      method,
      path: '/management/users/:user/revoketokens',
      handle: (ctx, _request, parameters) => revokeTokens(ctx, parameters),
    },
    { method, path: '/management/users/:user/revoketoken', handle: revokeToken },
  ]),
]
