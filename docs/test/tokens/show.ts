// Shows the tokens of tokens.ts: accid, generation, call, number.
import { loginToken, roomToken } from './tokens.js';

const [accid = '', generation, callId = '', uid] = process.argv.slice(2);
console.log(await loginToken(accid, Number(generation)));
console.log(await roomToken(accid, callId, Number(uid)));
