import * as tf from "@tensorflow/tfjs";

// Many files share this process, and one tfjs: a file's variables may have the names of another's.
tf.disposeVariables();
