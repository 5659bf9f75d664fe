// Rendered on the server: the components are imported there, too.
import { Calls } from './calls';

export default function Page() {
  return <Calls />;
}
