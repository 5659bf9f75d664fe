# Shows the tokens of tokens.py: accid, generation, call, number.
import sys

from tokens import login_token, room_token

accid, generation, call_id, uid = sys.argv[1:]
print(login_token(accid, int(generation)))
print(room_token(accid, call_id, int(uid)))
