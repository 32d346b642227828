package datasets

// drebinFiles are the vectors that the authors released; loadVectors reads them.
var drebinFiles = []knownFile{
	{"x_train.npz", "6f461febc4f74c69e599de3c7436dd0ebac63ed48146c165aeebf36988ce01a6"},
	{"x_test.npz", "723f952c15961532f87e1c6f043e3461d10b14ca18303654f506f02e702bdf50"},
	{"y_train.npy", "70f51d7033caf09af22fa00d14a64428161c9c815cc2d653eaba4d4a9754684a"},
	{"y_test.npy", "aeaae30761a35e142e6ce740232355cc66c83a193a6ff8fd6bbbbe8c53e58fda"},
	{"features.txt", "9af4803d53ea33d001fa63b9c5c2cf92bd329fceee01df3b907081e1bbb24632"},
	{"sensitive_features.txt", "c88f9a86d54b53948828725b53960f397bbc16ce307b11c0f78a847c11896c2f"},
}
