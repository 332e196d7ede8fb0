/** Accounts, their numbers and their Messaging Services: who may send. */
import { defaultAccount, defaultNumber, type AccountOptions, type CarrierOptions, type NumberOptions } from "./CarrierOptions.ts"
import { InvalidControl } from "./InvalidControl.ts"
import { makeMessagingServices, type MessagingServices } from "./MessagingServices.ts"
import { changeNumber, makeNumber, type OwnedNumber } from "./Numbers.ts"

export interface Senders {
  readonly accounts: ReadonlyArray<AccountOptions>
  accountOf(sid: string): AccountOptions | undefined
  /** The account that these Basic credentials open: its own SID and token, or one of its API keys. */
  authenticate(user: string, password: string): AccountOptions | undefined
  numberOf(phoneNumber: string): OwnedNumber | undefined
  numbers(): ReadonlyArray<OwnedNumber>
  /** Adds a number, or changes one that exists. */
  putNumber(options: NumberOptions, nowMillis: number): OwnedNumber
  /** Takes it out of its service's pool too. */
  removeNumber(number: OwnedNumber): void
  readonly services: MessagingServices
}

export const makeSenders = (options: CarrierOptions, nowMillis: number): Senders => {
  const accounts = options.accounts ?? [defaultAccount]
  const first = accounts[0] ?? defaultAccount
  const numbers = new Map<string, OwnedNumber>()
  const services = makeMessagingServices(options.messagingServices ?? [], first.sid, nowMillis, (phoneNumber) => numbers.get(phoneNumber))

  const putNumber = (each: NumberOptions, atMillis: number): OwnedNumber => {
    if (!/^(\+[1-9]\d{1,14}|\d{5,6})$/u.test(each.phoneNumber)) {
      throw new InvalidControl({ message: `"${each.phoneNumber}" is neither a number in E.164, like +15005550006, nor a short code of 5 or 6 digits.` })
    }
    const accountSid = each.accountSid ?? first.sid
    if (!accounts.some((account) => account.sid === accountSid)) throw new InvalidControl({ message: `There is no account ${accountSid} here.` })
    const known = numbers.get(each.phoneNumber)
    if (known !== undefined) {
      if (each.accountSid !== undefined && each.accountSid !== known.accountSid) throw new InvalidControl({ message: `${each.phoneNumber} belongs to another account.` })
      changeNumber(known, each, atMillis)
      return known
    }
    const number = makeNumber(each, accountSid, atMillis)
    numbers.set(number.phoneNumber, number)
    return number
  }
  for (const each of options.numbers ?? [{ ...defaultNumber, accountSid: first.sid }]) putNumber(each, nowMillis)

  return {
    accounts,
    accountOf: (sid) => accounts.find((account) => account.sid === sid),
    authenticate: (user, password) =>
      accounts.find(
        (account) =>
          (account.sid === user && account.authToken === password) || account.apiKeys?.some((key) => key.sid === user && key.secret === password) === true
      ),
    numberOf: (phoneNumber) => numbers.get(phoneNumber),
    numbers: () => [...numbers.values()],
    putNumber,
    removeNumber: (number) => {
      numbers.delete(number.phoneNumber)
      services.forget(number.phoneNumber)
    },
    services
  }
}
