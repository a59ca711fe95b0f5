"""An annual update (信息更新表), as pages ask for it, show it, and tell two of them apart."""
