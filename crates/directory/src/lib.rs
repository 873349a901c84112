//! The use cases of the directory, its permissions, errors and the Store contract.
