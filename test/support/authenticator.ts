import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

/** What an honest authenticator and browser would say, and what a test makes them say instead. */
export interface Said {
  readonly origin?: string
  readonly rpId?: string
  readonly type?: string
  readonly challenge?: string
  readonly counter?: number
  readonly userPresent?: boolean
  readonly userVerified?: boolean
  readonly userHandle?: string
  readonly credentialId?: Buffer
}

interface CreationOptions {
  readonly challenge: string
  readonly rp: { readonly id: string }
  readonly user: { readonly id: string }
}
interface RequestOptions {
  readonly challenge: string
  readonly rpId: string
}

const sha256 = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest()

/** An authenticator in software, with one ES256 passkey: WebAuthn §6.1, by hand, so that it can lie. */
export class SoftAuthenticator {
  readonly credentialId = randomBytes(32)
  readonly #origin: string
  readonly #key: KeyObject
  readonly #coseKey: Buffer
  #userHandle = ''
  counter = 0

  constructor(origin: string) {
    this.#origin = origin
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    this.#key = privateKey
    const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
    const coordinate = (label: number, value: string) =>
      Buffer.concat([Buffer.from([label, 0x58, 32]), Buffer.from(value, 'base64url')])
    // { 1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y }
    this.#coseKey = Buffer.concat([
      Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]),
      coordinate(0x21, x),
      coordinate(0x22, y),
    ])
  }

  /** The JSON of `navigator.credentials.create`. */
  create(publicKey: string, said: Said = {}): string {
    const options: CreationOptions = JSON.parse(publicKey)
    this.#userHandle = options.user.id
    const id = said.credentialId ?? this.credentialId
    const attested = Buffer.concat([Buffer.alloc(16), Buffer.from([0, id.length]), id, this.#coseKey])
    const authData = Buffer.concat([this.#authData(options.rp.id, 0x40, said), attested])
    const attestationObject = Buffer.concat([
      Buffer.from([0xa3]),
      cborText('fmt'),
      cborText('none'),
      cborText('attStmt'),
      Buffer.from([0xa0]),
      cborText('authData'),
      Buffer.from([0x59, authData.length >> 8, authData.length & 0xff]),
      authData,
    ])
    return this.#present(id, {
      clientDataJSON: this.#clientData('webauthn.create', options.challenge, said).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal'],
    })
  }

  /** The JSON of `navigator.credentials.get`. */
  get(publicKey: string, said: Said = {}): string {
    const options: RequestOptions = JSON.parse(publicKey)
    const authData = this.#authData(options.rpId, 0, said)
    const clientData = this.#clientData('webauthn.get', options.challenge, said)
    const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), this.#key)
    return this.#present(said.credentialId ?? this.credentialId, {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: said.userHandle ?? this.#userHandle,
    })
  }

  #authData(rpId: string, flags: number, said: Said): Buffer {
    const { userPresent = true, userVerified = true, counter = this.counter } = said
    const rest = Buffer.alloc(5)
    rest.writeUInt8(flags | (userPresent ? 0x01 : 0) | (userVerified ? 0x04 : 0))
    rest.writeUInt32BE(counter, 1)
    return Buffer.concat([sha256(said.rpId ?? rpId), rest])
  }

  #clientData(type: string, challenge: string, said: Said): Buffer {
    const { origin = this.#origin } = said
    return Buffer.from(
      JSON.stringify({ type: said.type ?? type, challenge: said.challenge ?? challenge, origin, crossOrigin: false }),
    )
  }

  #present(id: Buffer, response: object): string {
    const text = id.toString('base64url')
    return JSON.stringify({ id: text, rawId: text, type: 'public-key', response, clientExtensionResults: {} })
  }
}

const cborText = (text: string) => Buffer.concat([Buffer.from([0x60 + text.length]), Buffer.from(text)])
