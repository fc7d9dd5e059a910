"""Network models in CIM XML (IEC 61970-552; CGMES profiles EQ, SSH, TP): read into `registry.grid.network` values."""
