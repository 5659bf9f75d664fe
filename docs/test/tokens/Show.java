/** Shows the tokens of Tokens.java: accid, generation, call, number. */
public final class Show {
    private Show() {}

    public static void main(String[] args) {
        System.out.println(Tokens.loginToken(args[0], Long.parseLong(args[1])));
        System.out.println(Tokens.roomToken(args[0], args[2], Long.parseLong(args[3])));
    }
}
