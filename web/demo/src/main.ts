// The demo page: pick who you are, and call the others.
import './app.ts';
