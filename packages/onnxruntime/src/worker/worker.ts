// The file that `worker: true` starts in Node.
import { serve } from "./serve.ts";

serve();
