export interface SettingOptions<Value> {
  /** One sentence for the operator's form. */
  readonly description: string
  readonly default: Value
  /** An app may have its own value. Defaults to false. */
  readonly perApp?: boolean
}

/** A value that operators change while the server runs; `Value` is inferred from the declaration. */
export interface Setting<Value = unknown> extends SettingOptions<Value> {
  readonly kind: 'integer' | 'boolean' | 'string' | 'list' | 'choice'
  readonly minimum?: number
  readonly maximum?: number
  readonly choices?: readonly string[]
  readonly format?: SettingFormat
}

/**
 * What a text, or each of a list, has to be: `redirect-uri`, where a browser may be sent (RFC 9700 §4.1); `web-url`, what this
 * server may ask by https, or by http where it is allowed to; `key-set`, public keys as JSON (RFC 7517 §5);
 * `signing-algorithm`, what this server has a key for, `server` or `none`. An empty string is none.
 */
export type SettingFormat = 'key-set' | 'redirect-uri' | 'signing-algorithm' | 'web-url'

export type Settings = Readonly<Record<string, Setting>>

/**
 * Declares settings. Read one with `ctx.setting(declaration, app?)`: the app's own value where it may have one, else the
 * operator's, else the default.
 *
 * @example
 * export const settings = { codeTtlSeconds: setting.integer({ description: '…', default: 600, minimum: 30, maximum: 3600 }) }
 */
export const setting = {
  integer: (
    options: SettingOptions<number> & { readonly minimum?: number; readonly maximum?: number },
  ): Setting<number> => ({
    ...options,
    kind: 'integer',
  }),
  boolean: (options: SettingOptions<boolean>): Setting<boolean> => ({ ...options, kind: 'boolean' }),
  string: (options: SettingOptions<string> & { readonly format?: SettingFormat }): Setting<string> => ({
    ...options,
    kind: 'string',
  }),
  /** Texts without spaces, at most 50. Operators write them with spaces in between. */
  list: (
    options: SettingOptions<readonly string[]> & { readonly format?: SettingFormat },
  ): Setting<readonly string[]> => ({ ...options, kind: 'list' }),
  choice: <const Choice extends string>(
    options: SettingOptions<Choice> & { readonly choices: readonly Choice[]; readonly format?: SettingFormat },
  ): Setting<Choice> => ({ ...options, kind: 'choice' }),
}
