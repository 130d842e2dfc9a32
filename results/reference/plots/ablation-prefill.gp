# Prefill (emulated machine)
# Makes ablation-prefill.svg and ablation-prefill.png: run it in this folder.
set encoding utf8
do for [kind in "svg png"] {
reset
set datafile separator "\t"
set datafile columnheaders
set datafile missing "-"
if (kind eq "svg") {
  set terminal svg size 680,686 dynamic enhanced font "DejaVu Sans,14" background "#ffffff"
} else {
  set terminal pngcairo size 1360,1372 enhanced font "DejaVu Sans,14" fontscale 1.5 linewidth 2 pointscale 2 background "#ffffff"
}
set output "ablation-prefill.".kind
set border 3 lc rgb "#808080"
set tics nomirror out scale 0.5 tc rgb "#000000"
set grid back lc rgb "#d8d8d8" lw 1 dt 1
set style fill border -1
set label "{/:Bold Prefill}" at screen 0.012, screen 0.9738 left
set label "{/*0.86 emulated machine}" at screen 0.012, screen 0.9417 left
set label "spt.prefill=0" at screen 0.024, screen 0.9096 left noenhanced font ",12" point pt 6 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.prefill=8" at screen 0.214, screen 0.9096 left noenhanced font ",12" point pt 7 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set label "spt.prefill=32" at screen 0.403, screen 0.9096 left noenhanced font ",12" point pt 9 ps 1 lw 1.6 lc rgb "#505050" offset 0.9,-0.25
set multiplot
set yrange [-15.75:0]
set lmargin at screen 0.370
set tmargin at screen 0.8192
set bmargin at screen 0.1079
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "demand-paging: demand" -4.90, "fork: child-write" -5.90, "fork: parent-write" -6.90, "mixed: start" -7.90, "mixed: copy" -8.90, "mixed: scan" -9.90, "switch: first-round" -12.05, "switch" -13.05, "kpti: first-calls" -14.05, "kpti: call" -15.05)
set label "{/:Bold Strategy unsync}" at screen 0.012, first -0.90 left front
set label "{/:Bold Strategy vtlb}" at screen 0.012, first -11.05 left front
set rmargin at screen 0.545
set logscale x 10
set xrange [70:2.5e+05]
set xtics ("100" 100, "10k" 10000) font ",11"
set label "instructions\nper operation" at screen 0.370, graph 1 offset 0,1.4 left font ",12"
plot "ablation-prefill.tsv" using (column("cost low")):(column("y")):(column("cost span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-prefill.tsv" using (column("cost spt spt.prefill=32")):(column("y")+-0.27) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("cost spt spt.prefill=8")):(column("y")+0.00) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("cost spt spt.prefill=0")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-15.75:0]
set lmargin at screen 0.575
set tmargin at screen 0.8192
set bmargin at screen 0.1079
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "demand-paging: demand" -4.90, "fork: child-write" -5.90, "fork: parent-write" -6.90, "mixed: start" -7.90, "mixed: copy" -8.90, "mixed: scan" -9.90, "switch: first-round" -12.05, "switch" -13.05, "kpti: first-calls" -14.05, "kpti: call" -15.05)
unset ytics
set rmargin at screen 0.750
unset logscale x
set xrange [-1.121:22.42]
set xtics 0,10 font ",11"
set label "exits\nper operation" at screen 0.575, graph 1 offset 0,1.4 left font ",12"
plot "ablation-prefill.tsv" using (column("exits low")):(column("y")):(column("exits span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-prefill.tsv" using (column("exits spt spt.prefill=32")):(column("y")+-0.27) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("exits spt spt.prefill=8")):(column("y")+0.00) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("exits spt spt.prefill=0")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset label
set yrange [-15.75:0]
set lmargin at screen 0.780
set tmargin at screen 0.8192
set bmargin at screen 0.1079
set border 1
unset key
set grid noytics xtics
unset ytics
set ytics scale 0 noenhanced tc rgb "#000000" ("dense-sequential: first-touch" -1.90, "sparse-stride: first-touch" -2.90, "random: first-touch" -3.90, "demand-paging: demand" -4.90, "fork: child-write" -5.90, "fork: parent-write" -6.90, "mixed: start" -7.90, "mixed: copy" -8.90, "mixed: scan" -9.90, "switch: first-round" -12.05, "switch" -13.05, "kpti: first-calls" -14.05, "kpti: call" -15.05)
unset ytics
set rmargin at screen 0.955
unset logscale x
set xrange [-0.1438:2.875]
set xtics 0,1 font ",11"
set label "flushes\nper operation" at screen 0.780, graph 1 offset 0,1.4 left font ",12"
plot "ablation-prefill.tsv" using (column("executed low")):(column("y")):(column("executed span")):(0) with vectors nohead lw 1.5 lc rgb "#b0b0b0" notitle, \
  "ablation-prefill.tsv" using (column("executed spt spt.prefill=32")):(column("y")+-0.27) with points pt 9 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("executed spt spt.prefill=8")):(column("y")+0.00) with points pt 7 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle, \
  "ablation-prefill.tsv" using (column("executed spt spt.prefill=0")):(column("y")+0.27) with points pt 6 ps 0.85 lw 1.4 lc rgb "#e08a00" notitle
unset multiplot
unset output
}
