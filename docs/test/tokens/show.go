// Shows the tokens of tokens.go: accid, generation, call, number.
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	accid, callID := os.Args[1], os.Args[3]
	generation, _ := strconv.ParseUint(os.Args[2], 10, 64)
	uid, _ := strconv.ParseUint(os.Args[4], 10, 64)
	for _, make := range []func() (string, error){
		func() (string, error) { return LoginToken(accid, generation) },
		func() (string, error) { return RoomToken(accid, callID, uid) },
	} {
		token, err := make()
		if err != nil {
			panic(err)
		}
		fmt.Println(token)
	}
}
